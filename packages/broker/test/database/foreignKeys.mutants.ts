import type { Mutant } from "@vendodev/testing/Mutant"

const tables = {
  file: "packages/broker/src/database/migrations/0001_create_tables.ts",
  test: "packages/broker/test/database/foreignKeys.pg.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...tables,
    control: "a key can not be locked to another tenant's connection",
    find: `FOREIGN KEY (tenant_id, connection_id) REFERENCES broker.connections (tenant_id, id) ON DELETE CASCADE`,
    replace: `CHECK (true)`
  },
  {
    ...tables,
    control: "a key can not be another tenant's app's",
    find: `FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE`,
    replace: `CHECK (true)`
  },
  {
    ...tables,
    control: "a binding can not be of another tenant's app",
    find: `FOREIGN KEY (tenant_id, app_id, app_kind) REFERENCES broker.apps (tenant_id, id, kind) ON DELETE CASCADE`,
    replace: `CHECK (true)`
  },
  {
    ...tables,
    control: "a binding can not be to another tenant's connection, nor lie about it",
    find: `FOREIGN KEY (tenant_id, connection_id, integration, exclusive, slot, user_subject)
      REFERENCES broker.connections (tenant_id, id, integration, exclusive, slot, user_subject)
      ON UPDATE CASCADE ON DELETE CASCADE`,
    replace: `CHECK (true)`
  }
]
