/**
 * The call of the hot path, which now knows end users and tokens that expire.
 *
 * A question says what it is for. `vend` grants a token only while it is fresh;
 * `vend_stale` also one that is still valid, for when the upstream gives no
 * other; `report` lets who was entitled to a token say that it was refused.
 * Where a token must be replaced first, nothing is granted and nothing recorded:
 * the caller refreshes, and asks again.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_gate`,

  `DROP FUNCTION gate.vend(bytea[], text[], text[], text[], text[])`,

  // Grants alone may commit without waiting for the disk; see the operator's guide for what a crash can lose.
  `CREATE FUNCTION gate.vend(purposes text[], key_hashes bytea[], integrations text[], users text[], connections text[],
      requests text[])
    RETURNS TABLE (decision text, tenant_id uuid, key_id uuid, app_id uuid, connection_id uuid, profile text,
      secret_version bigint, dek_version int, kek_id text, wrapped bytea, secret_box bytea, expires_ms float8,
      age_ms float8, renew boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    -- A group is small and the tables are not, whatever the statistics of a new database say; and one plan fits all.
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan AS $$
    #variable_conflict use_column
    BEGIN
      PERFORM set_config('synchronous_commit', 'off', true);
      RETURN QUERY
      WITH decided AS MATERIALIZED (
        SELECT a.n, a.p AS purpose, a.i AS integration, a.r AS request, k.tenant_id, k.id AS key_id, k.app_id,
          c.id AS connection_id, c.profile, c.secret_version, c.secret_box, e.version AS dek_version, e.kek_id, e.wrapped,
          extract(epoch FROM c.token_expires_at)::float8 * 1000 AS expires_ms,
          extract(epoch FROM now() - c.token_taken_at)::float8 * 1000 AS age_ms,
          coalesce(c.token_renew_at <= now() AND c.refresh_lease_until IS NULL
            AND (c.next_attempt_at IS NULL OR c.next_attempt_at <= now()), false) AS renew,
          CASE
            WHEN k.id IS NULL THEN 'app_unknown'
            WHEN k.revoked_at IS NOT NULL OR t.status <> 'active' THEN 'app_revoked'
            WHEN k.expires_at <= now() THEN 'app_expired'
            -- Verified, but not for this key: a user of another tenant or app, or one who was removed since.
            WHEN u.sub IS NOT NULL AND (u.tenant IS DISTINCT FROM k.tenant_id::text
              OR u.app <> k.app_id::text
              OR EXISTS (SELECT FROM broker.removed_users r WHERE r.tenant_id = k.tenant_id AND r.subject = u.sub
                AND (u.iat IS NULL OR to_timestamp(u.iat) <= r.removed_at))) THEN 'identity_invalid'
            WHEN c.id IS NULL OR (u.sub IS NOT NULL AND k.app_id IS NULL) THEN 'binding_missing'
            WHEN c.status = 'revoked' THEN 'connection_revoked'
            WHEN c.status IN ('pending', 'needs_reauth') THEN 'connection_needs_reauth'
            WHEN c.profile <> 'composio_managed' OR a.p = 'report' OR c.token_fresh_until > now() THEN 'granted'
            WHEN a.p = 'vend_stale' AND c.token_valid_until > now() + interval '10 seconds' THEN 'granted'
            ELSE 'stale'
          END AS decision
        FROM unnest(purposes, key_hashes, integrations, users, connections, requests)
          WITH ORDINALITY AS a (p, h, i, j, c, r, n)
        LEFT JOIN LATERAL jsonb_to_record(nullif(a.j, '')::jsonb) AS u (sub text, tenant text, app text, iat float8) ON true
        LEFT JOIN broker.app_keys k ON k.key_hash = a.h
        LEFT JOIN broker.tenants t ON t.id = k.tenant_id
        LEFT JOIN broker.app_connection_bindings b ON b.tenant_id = k.tenant_id AND b.app_id = k.app_id
          AND b.integration = a.i AND b.user_subject = coalesce(u.sub, '')
        LEFT JOIN broker.connections c
          ON c.tenant_id = k.tenant_id AND c.id = coalesce(b.connection_id, k.connection_id)
          AND c.integration = a.i AND c.user_subject = coalesce(u.sub, '') AND a.c IN ('', c.id::text)
        LEFT JOIN broker.tenant_keys e
          ON e.tenant_id = c.tenant_id AND e.version = c.dek_version AND e.state <> 'destroyed'
      ), recorded AS MATERIALIZED (
        SELECT gate.append(array_agg(d.tenant_id ORDER BY d.n), array_agg(jsonb_build_object('action', d.purpose,
          'outcome', 'granted', 'key', d.key_id, 'app', d.app_id, 'connection', d.connection_id,
          'integration', d.integration, 'secret_version', d.secret_version, 'request', d.request) ORDER BY d.n))
        FROM decided d WHERE d.decision = 'granted'
      )
      SELECT d.decision, d.tenant_id, d.key_id, d.app_id, d.connection_id, d.profile, d.secret_version,
        CASE WHEN d.decision = 'granted' THEN d.dek_version END,
        CASE WHEN d.decision = 'granted' THEN d.kek_id END,
        CASE WHEN d.decision = 'granted' THEN d.wrapped END,
        CASE WHEN d.decision = 'granted' THEN d.secret_box END,
        d.expires_ms, d.age_ms, d.renew
      -- The join is what makes the record part of the answer: without it the planner would leave it out.
      FROM recorded CROSS JOIN decided d ORDER BY d.n;
    END $$`,

  `REVOKE ALL ON FUNCTION gate.vend(text[], bytea[], text[], text[], text[], text[]) FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.vend(text[], bytea[], text[], text[], text[], text[]) TO vendo_server`,

  `RESET ROLE`
)
