import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/database/gate.pg.test.ts"
const context = { file: "packages/broker/src/database/migrations/0002_create_tenant_context.ts", test }
const roles = { file: "packages/broker/src/database/Migrations.ts", test }
const name = "runs nothing that was put in its way"

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...context,
    name,
    control: "gate.tenant() looks for names among temporary objects last",
    find: `plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS`,
    replace: `plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS`
  },
  {
    ...context,
    name,
    control: "gate.sign() looks for names among temporary objects last",
    find: `gate.sign(t uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS`,
    replace: `gate.sign(t uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS`
  },
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    name,
    control: "gate.vend() looks for names among temporary objects last",
    find: `SET search_path = pg_catalog, pg_temp`,
    replace: `SET search_path = pg_catalog`
  },
  {
    ...context,
    control: "who may enter a tenant is decided by the gate's own functions alone",
    find: "`REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC`,",
    replace: ""
  },
  {
    ...context,
    control: "the context secret is the gate's",
    find: "`INSERT INTO gate.context_secret VALUES (true, public.gen_random_bytes(32))`,",
    replace:
      "`INSERT INTO gate.context_secret VALUES (true, public.gen_random_bytes(32))`, `GRANT ALL ON gate.context_secret TO PUBLIC`,"
  },
  {
    ...context,
    control: "the server only reads the audit log",
    find: "`GRANT SELECT ON broker.tenants, broker.tenant_keys, broker.integrations, broker.audit, broker.audit_heads",
    replace: "`GRANT ALL ON broker.tenants, broker.tenant_keys, broker.integrations, broker.audit, broker.audit_heads"
  },
  {
    ...context,
    control: "keys and connections are revoked, never deleted",
    find: "`GRANT SELECT, INSERT, UPDATE ON broker.connections, broker.app_keys",
    replace: "`GRANT SELECT, INSERT, UPDATE, DELETE ON broker.connections, broker.app_keys"
  },
  {
    ...roles,
    control: "the server is no member of the roles that may more",
    find: `NOCREATEROLE NOINHERIT`,
    replace: `NOCREATEROLE NOINHERIT IN ROLE vendo_owner, vendo_gate`
  },
  {
    ...roles,
    control: "a prepared database has no place for temporary objects",
    find: `REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC`,
    replace: `GRANT TEMPORARY ON DATABASE %I TO PUBLIC`
  }
]
