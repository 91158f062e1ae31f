import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/database/queryPlans.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/database/migrations/0002_create_tenant_context.ts",
    test,
    control: "the tenant is worked out once a statement, not once a row",
    find: `USING (\${column} = (SELECT gate.tenant()))`,
    replace: `USING (\${column} = gate.tenant())`
  },
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    control: "a vend finds its key by index",
    find: `ON k.key_hash = a.h`,
    replace: `ON k.key_hash || '' = a.h`
  },
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    control: "a vend finds its connection by index",
    find: `ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)`,
    replace: `ON c.id::text = coalesce(b.connection_id, k.connection_id)::text`
  }
]
