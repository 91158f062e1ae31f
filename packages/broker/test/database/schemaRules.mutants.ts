import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/database/schemaRules.pg.test.ts"
const tables = { file: "packages/broker/src/database/migrations/0001_create_tables.ts", test }
const context = { file: "packages/broker/src/database/migrations/0002_create_tenant_context.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...context,
    control: "row security binds the owner of a table too",
    find: `} FORCE ROW LEVEL SECURITY`,
    replace: `} NO FORCE ROW LEVEL SECURITY`
  },
  {
    ...context,
    control: "a new table without a policy is noticed",
    find: `["apps", "tenant_id"],`,
    replace: ``
  },
  {
    ...context,
    control: "a second policy, which would widen the first, is noticed",
    find: "`CREATE POLICY everyone ON broker.integrations FOR SELECT USING (true)`,",
    replace:
      "`CREATE POLICY everyone ON broker.integrations FOR SELECT USING (true)`, `CREATE POLICY everyone ON broker.apps FOR SELECT USING (name = 'x')`,"
  },
  {
    ...tables,
    control: "no column of a composite foreign key may be null",
    find: `app_kind text NOT NULL,`,
    replace: `app_kind text,`
  },
  {
    ...tables,
    control: "a reference carries the tenant",
    find: `FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE`,
    replace: `UNIQUE (id), FOREIGN KEY (connection_id) REFERENCES broker.app_keys (id) ON DELETE CASCADE`
  },
  {
    ...context,
    control: "a function with its owner's rights pins its search path",
    find: `LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS`,
    replace: `LANGUAGE sql SECURITY DEFINER AS`
  },
  {
    file: "packages/broker/src/database/migrations/0003_create_audit_chain.ts",
    test,
    control: "a new function of the gate is not the public's",
    find: "gate.record_denials(bytea[], jsonb[])\n    FROM PUBLIC",
    replace: "gate.append(uuid[], jsonb[])\n    FROM PUBLIC"
  },
  {
    ...context,
    control: "a view reads with the rights of who asks",
    find: "`CREATE POLICY server_checks",
    replace: "`CREATE VIEW broker.all_apps AS SELECT * FROM broker.apps`, `CREATE POLICY server_checks"
  }
]
