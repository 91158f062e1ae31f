/**
 * The one call of the hot path: key → app → binding → connection, for many
 * questions at once, one row per question in the order asked.
 *
 * The decision is made here, and what it grants is recorded here: secret
 * columns come back only where the decision is `granted`, and by then the audit
 * record is part of the same transaction. A caller that forgets to look at the
 * decision has nothing to hand out; one that forgets to record can not.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_gate`,

  // Grants alone may commit without waiting for the disk; see the operator's guide for what a crash can lose.
  `CREATE FUNCTION gate.vend(key_hashes bytea[], integrations text[], subjects text[], connections text[], requests text[])
    RETURNS TABLE (decision text, tenant_id uuid, key_id uuid, app_id uuid, connection_id uuid, profile text,
      secret_version bigint, dek_version int, kek_id text, wrapped bytea, secret_box bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    -- A group is small and the tables are not, whatever the statistics of a new database say; and one plan fits all.
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan AS $$
    #variable_conflict use_column
    BEGIN
      PERFORM set_config('synchronous_commit', 'off', true);
      RETURN QUERY
      WITH decided AS MATERIALIZED (
        SELECT a.n, a.i AS integration, a.r AS request, k.tenant_id, k.id AS key_id, k.app_id, c.id AS connection_id,
          c.profile, c.secret_version, c.secret_box, e.version AS dek_version, e.kek_id, e.wrapped,
          CASE
            WHEN k.id IS NULL THEN 'app_unknown'
            WHEN k.revoked_at IS NOT NULL OR t.status <> 'active' THEN 'app_revoked'
            WHEN k.expires_at <= now() THEN 'app_expired'
            WHEN c.id IS NULL THEN 'binding_missing'
            WHEN c.status = 'revoked' THEN 'connection_revoked'
            WHEN c.status IN ('pending', 'needs_reauth') THEN 'connection_needs_reauth'
            ELSE 'granted'
          END AS decision
        FROM unnest(key_hashes, integrations, subjects, connections, requests) WITH ORDINALITY AS a (h, i, s, c, r, n)
        LEFT JOIN broker.app_keys k ON k.key_hash = a.h
        LEFT JOIN broker.tenants t ON t.id = k.tenant_id
        LEFT JOIN broker.app_connection_bindings b
          ON b.tenant_id = k.tenant_id AND b.app_id = k.app_id AND b.integration = a.i AND b.user_subject = a.s
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i AND c.user_subject = a.s AND a.c IN ('', c.id::text)
        LEFT JOIN broker.tenant_keys e
          ON e.tenant_id = c.tenant_id AND e.version = c.dek_version AND e.state <> 'destroyed'
      ), recorded AS MATERIALIZED (
        SELECT gate.append(array_agg(d.tenant_id ORDER BY d.n), array_agg(jsonb_build_object('action', 'vend',
          'outcome', 'granted', 'key', d.key_id, 'app', d.app_id, 'connection', d.connection_id,
          'integration', d.integration, 'secret_version', d.secret_version, 'request', d.request) ORDER BY d.n))
        FROM decided d WHERE d.decision = 'granted'
      )
      SELECT d.decision, d.tenant_id, d.key_id, d.app_id, d.connection_id, d.profile, d.secret_version,
        CASE WHEN d.decision = 'granted' THEN d.dek_version END,
        CASE WHEN d.decision = 'granted' THEN d.kek_id END,
        CASE WHEN d.decision = 'granted' THEN d.wrapped END,
        CASE WHEN d.decision = 'granted' THEN d.secret_box END
      -- The join is what makes the record part of the answer: without it the planner would leave it out.
      FROM recorded CROSS JOIN decided d ORDER BY d.n;
    END $$`,

  `REVOKE ALL ON FUNCTION gate.vend(bytea[], text[], text[], text[], text[]) FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.vend(bytea[], text[], text[], text[], text[]) TO vendo_server`,

  `RESET ROLE`
)
