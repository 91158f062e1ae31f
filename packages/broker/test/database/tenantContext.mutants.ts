import type { Mutant } from "@vendodev/testing/Mutant"

const context = {
  file: "packages/broker/src/database/migrations/0002_create_tenant_context.ts",
  test: "packages/broker/test/database/tenantContext.pg.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...context,
    control: "a tenant context dies with its transaction",
    find: `extract(epoch FROM transaction_timestamp())::text`,
    replace: `''`
  },
  {
    ...context,
    control: "a tenant context is one connection's",
    find: `pg_backend_pid()`,
    replace: `0`
  },
  {
    ...context,
    control: "a tenant context is signed",
    find: `CASE WHEN split_part(c, '|', 2) = gate.sign(t) THEN t END`,
    replace: `t`
  },
  {
    ...context,
    control: "a tenant context is the transaction's own setting",
    find: `gate.sign(t), true)`,
    replace: `gate.sign(t), false)`
  },
  {
    ...context,
    control: "without a context no row is seen",
    find: `USING (\${column} = (SELECT gate.tenant()))`,
    replace: `USING (true)`
  },
  {
    ...context,
    control: "without a context no row is written",
    find: `WITH CHECK (\${column} = (SELECT gate.tenant()))`,
    replace: `WITH CHECK (true)`
  },
  {
    ...context,
    control: "row security is on",
    find: `} ENABLE ROW LEVEL SECURITY`,
    replace: `} DISABLE ROW LEVEL SECURITY`
  },
  {
    ...context,
    control: "a table that was forgotten in the list of tenants' tables is closed",
    find: `["app_keys", "tenant_id"],`,
    replace: `["app_keys", "gen_random_uuid()"],`
  }
]
