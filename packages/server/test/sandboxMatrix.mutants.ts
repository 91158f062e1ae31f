import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/sandboxMatrix.pg.test.ts"
const tables = "packages/broker/src/database/migrations/0001_create_tables.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: tables,
    test,
    control: "a sandbox is bound to nothing exclusive",
    find: "CHECK (NOT (exclusive AND app_kind = 'sandbox'))",
    replace: "CHECK (NOT (exclusive AND app_kind = 'nothing'))"
  },
  {
    file: tables,
    test,
    control: "a binding can not lie about the kind of its app",
    find: "FOREIGN KEY (tenant_id, app_id, app_kind) REFERENCES broker.apps (tenant_id, id, kind) ON DELETE CASCADE",
    replace: "FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE"
  },
  {
    file: "packages/broker/src/install/HandOvers.ts",
    test,
    control: "nothing exclusive is handed over to a sandbox",
    find: `if (only.exclusive && to.kind === "sandbox") {`,
    replace: `if (only.exclusive && to.kind !== "sandbox") {`
  }
]
