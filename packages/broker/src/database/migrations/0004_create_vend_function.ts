/**
 * The one read of the hot path: key → app → binding → connection, for many
 * questions at once, one row per question in the order asked.
 *
 * The decision is made here. Secret columns are returned only where it is
 * `granted`, so a caller that forgets to look at it has nothing to hand out.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_gate`,

  `CREATE FUNCTION gate.vend(key_hashes bytea[], integrations text[], subjects text[])
    RETURNS TABLE (decision text, tenant_id uuid, key_id uuid, app_id uuid, connection_id uuid, profile text,
      secret_version bigint, dek_version int, kek_id text, wrapped bytea, secret_box bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    BEGIN
      RETURN QUERY
      SELECT d.decision, k.tenant_id, k.id, k.app_id, c.id, c.profile, c.secret_version,
        CASE WHEN d.decision = 'granted' THEN e.version END,
        CASE WHEN d.decision = 'granted' THEN e.kek_id END,
        CASE WHEN d.decision = 'granted' THEN e.wrapped END,
        CASE WHEN d.decision = 'granted' THEN c.secret_box END
      FROM unnest(key_hashes, integrations, subjects) WITH ORDINALITY AS q (h, i, s, n)
      LEFT JOIN broker.app_keys k ON k.key_hash = q.h
      LEFT JOIN broker.tenants t ON t.id = k.tenant_id
      LEFT JOIN broker.app_connection_bindings b
        ON b.tenant_id = k.tenant_id AND b.app_id = k.app_id AND b.integration = q.i AND b.user_subject = q.s
      LEFT JOIN broker.connections c
        ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
        AND c.integration = q.i AND c.user_subject = q.s
      LEFT JOIN broker.tenant_keys e
        ON e.tenant_id = c.tenant_id AND e.version = c.dek_version AND e.state <> 'destroyed'
      CROSS JOIN LATERAL (SELECT CASE
        WHEN k.id IS NULL THEN 'app_unknown'
        WHEN k.revoked_at IS NOT NULL OR t.status <> 'active' THEN 'app_revoked'
        WHEN k.expires_at <= now() THEN 'app_expired'
        WHEN c.id IS NULL THEN 'binding_missing'
        WHEN c.status = 'revoked' THEN 'connection_revoked'
        WHEN c.status IN ('pending', 'needs_reauth') THEN 'connection_needs_reauth'
        ELSE 'granted' END AS decision) d
      ORDER BY q.n;
    END $$`,

  `REVOKE ALL ON FUNCTION gate.vend(bytea[], text[], text[]) FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.vend(bytea[], text[], text[]) TO vendo_server`,

  `RESET ROLE`
)
