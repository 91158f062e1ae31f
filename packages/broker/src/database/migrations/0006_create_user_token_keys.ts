/**
 * The broker as an issuer of user tokens: its keys, the record of each token it
 * issues, and the users whose tokens are over.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  // The key pair, sealed for its `kid`. What verifies is taken out of the box too: nobody without the key file plants one.
  `CREATE TABLE broker.user_token_keys (
    kid text PRIMARY KEY CHECK (kid ~ '^[A-Za-z0-9_-]{43}$'),
    kek_id text NOT NULL,
    sealed bytea NOT NULL,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'verify_only', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    CHECK ((state = 'retired') = (retired_at IS NOT NULL))
  )`,
  `CREATE UNIQUE INDEX one_active_user_token_key ON broker.user_token_keys (state) WHERE state = 'active'`,

  `CREATE TABLE broker.removed_users (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    subject text NOT NULL CHECK (subject ~ '^[!-~]{1,255}$'),
    removed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, subject)
  )`,

  ...["user_token_keys", "removed_users"].flatMap((table) => [
    `ALTER TABLE broker.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE broker.${table} FORCE ROW LEVEL SECURITY`
  ]),
  `CREATE POLICY server_reads ON broker.user_token_keys FOR SELECT TO vendo_server USING (true)`,
  `CREATE POLICY server_adds ON broker.user_token_keys FOR INSERT TO vendo_server WITH CHECK (state = 'active')`,
  // Retired is for ever.
  `CREATE POLICY server_changes ON broker.user_token_keys FOR UPDATE TO vendo_server
    USING (state <> 'retired') WITH CHECK (state <> 'active')`,
  `GRANT SELECT, INSERT ON broker.user_token_keys TO vendo_server`,
  `GRANT UPDATE (state, retired_at) ON broker.user_token_keys TO vendo_server`,

  `CREATE POLICY tenant ON broker.removed_users FOR ALL TO vendo_server
    USING (tenant_id = (SELECT gate.tenant())) WITH CHECK (tenant_id = (SELECT gate.tenant()))`,
  `CREATE POLICY gate ON broker.removed_users FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`,
  `GRANT SELECT, INSERT, UPDATE ON broker.removed_users TO vendo_server`,
  `GRANT SELECT ON broker.removed_users TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  // Whose key it is, judged as a vend judges it. Enters nothing.
  `CREATE FUNCTION gate.caller(h bytea)
    RETURNS TABLE (decision text, tenant_id uuid, key_id uuid, app_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT CASE
          WHEN k.revoked_at IS NOT NULL OR t.status <> 'active' THEN 'app_revoked'
          WHEN k.expires_at <= now() THEN 'app_expired'
          ELSE 'known'
        END, k.tenant_id, k.id, k.app_id, k.connection_id
      FROM broker.app_keys k JOIN broker.tenants t ON t.id = k.tenant_id WHERE k.key_hash = h
    $$`,

  // Records a user token before it is signed, for the app of the key that asks, and says when it is issued.
  `CREATE FUNCTION gate.issue_user_token(h bytea, subject text, lifetime int, token text, request text)
    RETURNS TABLE (decision text, tenant_id uuid, app_id uuid, issued_at int)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE k record;
    BEGIN
      SELECT c.* INTO k FROM gate.caller(h) c;
      IF NOT FOUND THEN RETURN; END IF;
      decision := k.decision;
      tenant_id := k.tenant_id;
      app_id := k.app_id;
      issued_at := floor(extract(epoch FROM now()));
      IF decision = 'known' AND app_id IS NOT NULL THEN
        PERFORM gate.append(ARRAY[k.tenant_id], ARRAY[jsonb_build_object('action', 'user_token.mint',
          'outcome', 'granted', 'key', k.key_id, 'app', k.app_id, 'subject', subject, 'lifetime', lifetime,
          'token', token, 'request', request)]);
      END IF;
      RETURN NEXT;
    END $$`,

  `REVOKE ALL ON FUNCTION gate.caller(bytea), gate.issue_user_token(bytea, text, int, text, text) FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.caller(bytea), gate.issue_user_token(bytea, text, int, text, text) TO vendo_server`,

  `RESET ROLE`
)
