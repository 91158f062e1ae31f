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
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      q record;
      owners uuid[] := '{}';
      bodies jsonb[] := '{}';
    BEGIN
      FOR q IN
        SELECT k.tenant_id AS tenant, k.id AS key, k.app_id AS app, c.id AS connection, c.profile AS held,
          c.secret_version AS secret, c.secret_box AS box, e.version AS dek, e.kek_id AS kek, e.wrapped AS wrapping,
          a.i AS integration, a.r AS request,
          CASE
            WHEN k.id IS NULL THEN 'app_unknown'
            WHEN k.revoked_at IS NOT NULL OR t.status <> 'active' THEN 'app_revoked'
            WHEN k.expires_at <= now() THEN 'app_expired'
            WHEN c.id IS NULL THEN 'binding_missing'
            WHEN c.status = 'revoked' THEN 'connection_revoked'
            WHEN c.status IN ('pending', 'needs_reauth') THEN 'connection_needs_reauth'
            ELSE 'granted'
          END AS verdict
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
        ORDER BY a.n
      LOOP
        decision := q.verdict;
        tenant_id := q.tenant;
        key_id := q.key;
        app_id := q.app;
        connection_id := q.connection;
        profile := q.held;
        secret_version := q.secret;
        IF decision = 'granted' THEN
          dek_version := q.dek;
          kek_id := q.kek;
          wrapped := q.wrapping;
          secret_box := q.box;
          owners := owners || q.tenant;
          bodies := bodies || jsonb_build_object('action', 'vend', 'outcome', 'granted', 'key', q.key, 'app', q.app,
            'connection', q.connection, 'integration', q.integration, 'secret_version', q.secret, 'request', q.request);
        ELSE
          dek_version := NULL;
          kek_id := NULL;
          wrapped := NULL;
          secret_box := NULL;
        END IF;
        RETURN NEXT;
      END LOOP;
      PERFORM set_config('synchronous_commit', 'off', true), gate.append(owners, bodies);
    END $$`,

  `REVOKE ALL ON FUNCTION gate.vend(bytea[], text[], text[], text[], text[]) FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.vend(bytea[], text[], text[], text[], text[]) TO vendo_server`,

  `RESET ROLE`
)
