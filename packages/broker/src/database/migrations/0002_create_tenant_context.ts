/**
 * Who may see which rows.
 *
 * A tenant context is a capability: the only ways in are functions that take
 * the hash of a credential that exists, and what they leave behind is signed
 * over tenant, backend and transaction, so it dies at commit and can be
 * neither forged nor replayed on a pooled connection. Without one, every
 * policy sees no rows.
 */
import { statements } from "../statements.ts"

const tenantTables = [
  ["tenants", "id"],
  ["tenant_keys", "tenant_id"],
  ["apps", "tenant_id"],
  ["connections", "tenant_id"],
  ["app_connection_bindings", "tenant_id"],
  ["app_keys", "tenant_id"],
  ["audit_heads", "tenant_id"],
  ["audit", "tenant_id"]
] as const

const sharedTables = ["integrations", "keyring_checks", "admin_tokens"] as const

export default statements(
  `SET LOCAL ROLE vendo_gate`,

  `CREATE TABLE gate.context_secret (one boolean PRIMARY KEY DEFAULT true CHECK (one), k bytea NOT NULL)`,
  `INSERT INTO gate.context_secret VALUES (true, public.gen_random_bytes(32))`,

  `CREATE FUNCTION gate.sign(t uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT encode(public.hmac(convert_to(t::text || '|' || pg_backend_pid() || '|' ||
        extract(epoch FROM transaction_timestamp())::text, 'UTF8'), k, 'sha256'), 'hex')
      FROM gate.context_secret
    $$`,

  // The tenant of this transaction, or null. An unset custom setting reads as '' after its first use, hence nullif.
  `CREATE FUNCTION gate.tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      c text := nullif(current_setting('broker.ctx', true), '');
      t uuid;
    BEGIN
      IF c IS NULL THEN RETURN NULL; END IF;
      t := split_part(c, '|', 1)::uuid;
      RETURN CASE WHEN split_part(c, '|', 2) = gate.sign(t) THEN t END;
    EXCEPTION WHEN invalid_text_representation THEN RETURN NULL;
    END $$`,

  `CREATE FUNCTION gate.enter(t uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT set_config('broker.ctx', t::text || '|' || gate.sign(t), true)
    $$`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_owner`,

  ...[...tenantTables.map(([table]) => table), ...sharedTables].flatMap((table) => [
    `ALTER TABLE broker.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE broker.${table} FORCE ROW LEVEL SECURITY`
  ]),
  // The sub-select makes it an init plan: evaluated once per statement, not per row.
  ...tenantTables.map(
    ([table, column]) =>
      `CREATE POLICY tenant ON broker.${table} FOR ALL TO vendo_server
      USING (${column} = (SELECT gate.tenant())) WITH CHECK (${column} = (SELECT gate.tenant()))`
  ),
  `CREATE POLICY everyone ON broker.integrations FOR SELECT USING (true)`,
  `CREATE POLICY owner_writes ON broker.integrations FOR ALL TO vendo_owner USING (true) WITH CHECK (true)`,
  `CREATE POLICY server_checks ON broker.keyring_checks FOR ALL TO vendo_server USING (true) WITH CHECK (true)`,
  `CREATE POLICY owner_mints ON broker.admin_tokens FOR ALL TO vendo_owner USING (true) WITH CHECK (true)`,

  // The gate decides who enters, so it reads across tenants; it is nobody's login.
  ...(
    [
      "tenants",
      "tenant_keys",
      "apps",
      "connections",
      "app_connection_bindings",
      "app_keys",
      "admin_tokens",
      "audit_heads",
      "audit"
    ] as const
  ).map((table) => `CREATE POLICY gate ON broker.${table} FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`),
  `GRANT SELECT ON broker.tenants, broker.tenant_keys, broker.connections, broker.app_connection_bindings,
    broker.app_keys, broker.admin_tokens, broker.audit_heads TO vendo_gate`,
  `GRANT INSERT ON broker.tenants, broker.tenant_keys, broker.audit_heads, broker.audit TO vendo_gate`,
  `GRANT UPDATE ON broker.audit_heads TO vendo_gate`,

  // No DELETE on keys and connections: they are evidence, and are revoked instead.
  `GRANT SELECT ON broker.tenants, broker.tenant_keys, broker.integrations, broker.audit, broker.audit_heads
    TO vendo_server`,
  `GRANT SELECT, INSERT ON broker.keyring_checks, broker.apps TO vendo_server`,
  `GRANT SELECT, INSERT, UPDATE ON broker.connections, broker.app_keys TO vendo_server`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON broker.app_connection_bindings TO vendo_server`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  `CREATE FUNCTION gate.enter_by_key(h bytea)
    RETURNS TABLE (tenant_id uuid, key_id uuid, app_id uuid, connection_id uuid, expires_at timestamptz, revoked_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      SELECT k.tenant_id, k.id, k.app_id, k.connection_id, k.expires_at, k.revoked_at
        INTO tenant_id, key_id, app_id, connection_id, expires_at, revoked_at
        FROM broker.app_keys k WHERE k.key_hash = h;
      IF NOT FOUND THEN RETURN; END IF;
      IF revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) THEN PERFORM gate.enter(tenant_id); END IF;
      RETURN NEXT;
    END $$`,

  `CREATE FUNCTION gate.admin(h bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT a.id FROM broker.admin_tokens a
      WHERE a.token_hash = h AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > now())
    $$`,

  // token_id is null for a token that is not valid; entered is false when there is no such tenant.
  `CREATE FUNCTION gate.enter_by_admin(h bytea, t uuid) RETURNS TABLE (token_id uuid, entered boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      token_id := gate.admin(h);
      entered := token_id IS NOT NULL AND EXISTS (SELECT FROM broker.tenants WHERE id = t);
      IF entered THEN PERFORM gate.enter(t); END IF;
      RETURN NEXT;
    END $$`,

  `CREATE FUNCTION gate.list_tenants(h bytea)
    RETURNS TABLE (id uuid, slug text, name text, status text, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT t.id, t.slug, t.name, t.status, t.created_at FROM broker.tenants t
      WHERE gate.admin(h) IS NOT NULL ORDER BY t.created_at, t.id
    $$`,

  // The new tenant is entered, so that its first audit record joins the same transaction.
  `CREATE FUNCTION gate.create_tenant(h bytea, t uuid, new_slug text, new_name text, kek text, wrapped_key bytea)
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF gate.admin(h) IS NULL THEN RAISE EXCEPTION 'no admin token' USING errcode = '42501'; END IF;
      INSERT INTO broker.tenants (id, slug, name) VALUES (t, new_slug, new_name);
      INSERT INTO broker.tenant_keys (tenant_id, version, kek_id, wrapped) VALUES (t, 1, kek, wrapped_key);
      INSERT INTO broker.audit_heads VALUES (t, 0, sha256('genesis'));
      PERFORM gate.enter(t);
    END $$`,

  `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.tenant(), gate.enter_by_key(bytea), gate.admin(bytea),
    gate.enter_by_admin(bytea, uuid), gate.list_tenants(bytea),
    gate.create_tenant(bytea, uuid, text, text, text, bytea) TO vendo_server`,
  `GRANT EXECUTE ON FUNCTION gate.tenant() TO vendo_owner`,

  `RESET ROLE`
)
