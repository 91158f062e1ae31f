/**
 * What an app asks on its own behalf: what it is bound to, a page on which one
 * of its users connects an account, and what it may still spend.
 *
 * Every question is one function that takes the key and judges it, and the user
 * it names, in the statement that answers. The ledger is only ever added to: no
 * role that logs in may change or take away a row.
 */
import { statements } from "../statements.ts"

const tables = ["connect_sessions", "ledger", "spend_caps"] as const

const functions = [
  "caller_as(bytea, jsonb)",
  "bound_connections(bytea, jsonb)",
  "open_connect_session(bytea, jsonb, uuid, bytea, int, text, text, text, text)",
  "redeem_connect_session(bytea, text)",
  "balance(bytea, jsonb)",
  "spending(bytea, jsonb)",
  "usage(bytea, jsonb, text)"
]

/** Of one app, since an instant: what it used, as a positive number that JavaScript can hold. */
const usedSince = (since: string) =>
  `(SELECT least(coalesce(-sum(l.amount_micros), 0), 9007199254740991)::float8 FROM broker.ledger l
        WHERE k.decision = 'known' AND l.tenant_id = k.tenant_id AND l.app_id = k.app_id AND l.at >= ${since})`

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  `CREATE TABLE broker.connect_sessions (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    id uuid NOT NULL,
    -- What stands in the address of the page, as keys are stored.
    ticket_hash bytea NOT NULL UNIQUE CHECK (octet_length(ticket_hash) = 32),
    pepper_id smallint NOT NULL,
    app_id uuid NOT NULL,
    key_id uuid NOT NULL,
    user_subject text NOT NULL CHECK (user_subject ~ '^[!-~]{0,255}$'),
    integration text NOT NULL REFERENCES broker.integrations (slug),
    return_to text CHECK (length(return_to) <= 2048),
    state text CHECK (length(state) <= 512),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '10 minutes',
    used_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, key_id) REFERENCES broker.app_keys (tenant_id, id) ON DELETE CASCADE
  )`,
  `CREATE INDEX connect_sessions_by_end ON broker.connect_sessions (expires_at)`,

  // Millionths of a US dollar. What was wrong is made good by another row.
  `CREATE TABLE broker.ledger (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL CHECK (kind IN ('credit', 'usage')),
    app_id uuid,
    provider text REFERENCES broker.integrations (slug),
    amount_micros bigint NOT NULL CHECK (amount_micros <> 0 AND abs(amount_micros) <= 1000000000000000),
    reference text NOT NULL CHECK (reference ~ '^[!-~]{1,128}$'),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT ledger_reference_taken UNIQUE (tenant_id, reference),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id),
    -- Credit is the tenant's; usage is of one app at one provider.
    CHECK (CASE kind WHEN 'credit' THEN num_nonnulls(app_id, provider) = 0
      ELSE num_nulls(app_id, provider) = 0 AND amount_micros < 0 END)
  )`,
  `CREATE INDEX ledger_of_app ON broker.ledger (tenant_id, app_id, at)`,

  `CREATE TABLE broker.spend_caps (
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    daily_micros bigint CHECK (daily_micros BETWEEN 0 AND 1000000000000000),
    monthly_micros bigint CHECK (monthly_micros BETWEEN 0 AND 1000000000000000),
    PRIMARY KEY (tenant_id, app_id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE
  )`,

  ...tables.flatMap((table) => [
    `ALTER TABLE broker.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE broker.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY tenant ON broker.${table} FOR ALL TO vendo_server
      USING (tenant_id = (SELECT gate.tenant())) WITH CHECK (tenant_id = (SELECT gate.tenant()))`,
    `CREATE POLICY gate ON broker.${table} FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`
  ]),
  `GRANT SELECT, INSERT ON broker.ledger TO vendo_server`,
  `GRANT SELECT, INSERT, UPDATE ON broker.spend_caps TO vendo_server`,
  `GRANT SELECT ON broker.apps, broker.ledger, broker.spend_caps TO vendo_gate`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON broker.connect_sessions TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  // Whose key it is, and whether it may speak for the user, judged as a vend judges both. An empty object is nobody.
  `CREATE FUNCTION gate.caller_as(h bytea, claims jsonb)
    RETURNS TABLE (decision text, tenant_id uuid, key_id uuid, app_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT CASE
          WHEN k.decision = 'known' AND u.sub IS NOT NULL AND (u.tenant IS DISTINCT FROM k.tenant_id::text
            OR u.app <> k.app_id::text
            OR EXISTS (SELECT FROM broker.removed_users r WHERE r.tenant_id = k.tenant_id AND r.subject = u.sub
              AND (u.iat IS NULL OR to_timestamp(u.iat) <= r.removed_at))) THEN 'identity_invalid'
          ELSE k.decision
        END, k.tenant_id, k.key_id, k.app_id, k.connection_id
      FROM gate.caller(h) k CROSS JOIN LATERAL jsonb_to_record(claims) 
        AS u (sub text, tenant text, app text, iat float8)
    $$`,

  // What is bound to the app, for the user who was named and nobody else. No credential.
  `CREATE FUNCTION gate.bound_connections(h bytea, claims jsonb)
    RETURNS TABLE (decision text, app_id uuid, app_kind text, bound jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT k.decision, k.app_id, a.kind, CASE WHEN k.decision = 'known' THEN coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', c.id, 'slug', c.integration, 'name', c.name, 'profile', c.profile,
          'status', c.status, 'metadata', c.metadata, 'failure', c.failure_detail,
          'connected_at', to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          ORDER BY c.integration)
        FROM broker.app_connection_bindings b
        JOIN broker.connections c ON c.tenant_id = b.tenant_id AND c.id = b.connection_id
        WHERE b.tenant_id = k.tenant_id AND b.app_id = k.app_id AND b.user_subject = coalesce(claims ->> 'sub', '')
      ), '[]') END
      FROM gate.caller_as(h, claims) k LEFT JOIN broker.apps a ON a.tenant_id = k.tenant_id AND a.id = k.app_id
    $$`,

  // Those that are over are cleared away by whoever opens the next; who is at it already is not waited for. A hundred
  // at most, so that no statement runs into its limit because somebody else opened many.
  `CREATE FUNCTION gate.open_connect_session(h bytea, claims jsonb, session uuid, ticket bytea, pepper int, slug text,
      back text, note text, request text)
    RETURNS TABLE (decision text, app_id uuid, expires_ms float8)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE k record;
    BEGIN
      SELECT c.* INTO k FROM gate.caller_as(h, claims) c;
      IF NOT FOUND THEN RETURN; END IF;
      decision := k.decision;
      app_id := k.app_id;
      IF k.decision = 'known' AND k.app_id IS NOT NULL THEN
        DELETE FROM broker.connect_sessions s USING (
          SELECT o.tenant_id, o.id FROM broker.connect_sessions o WHERE o.expires_at <= now()
            ORDER BY o.expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
        ) over WHERE s.tenant_id = over.tenant_id AND s.id = over.id;
        INSERT INTO broker.connect_sessions AS s
          (tenant_id, id, ticket_hash, pepper_id, app_id, key_id, user_subject, integration, return_to, state)
          VALUES (k.tenant_id, session, ticket, pepper, k.app_id, k.key_id, coalesce(claims ->> 'sub', ''), slug, back, note)
          RETURNING extract(epoch FROM s.expires_at)::float8 * 1000 INTO expires_ms;
        PERFORM gate.append(ARRAY[k.tenant_id], ARRAY[jsonb_build_object('action', 'connect_session.open',
          'outcome', 'granted', 'key', k.key_id, 'app', k.app_id, 'subject', claims ->> 'sub', 'integration', slug,
          'session', session, 'request', request)]);
      END IF;
      RETURN NEXT;
    END $$`,

  // Once, by one update: of many at the same time, all but one find it used. What opened it must still be good.
  `CREATE FUNCTION gate.redeem_connect_session(ticket bytea, request text)
    RETURNS TABLE (tenant_id uuid, app_id uuid, user_subject text, integration text, return_to text, state text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE s record;
    BEGIN
      UPDATE broker.connect_sessions c SET used_at = now()
        FROM broker.app_keys k JOIN broker.tenants t ON t.id = k.tenant_id
        WHERE c.ticket_hash = ticket AND c.used_at IS NULL AND c.expires_at > now()
          AND k.tenant_id = c.tenant_id AND k.id = c.key_id AND t.status = 'active'
          AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
          AND NOT EXISTS (SELECT FROM broker.removed_users r WHERE r.tenant_id = c.tenant_id
            AND r.subject = c.user_subject AND r.removed_at >= c.created_at)
        RETURNING c.* INTO s;
      IF NOT FOUND THEN RETURN; END IF;
      PERFORM gate.append(ARRAY[s.tenant_id], ARRAY[jsonb_build_object('action', 'connect_session.redeem',
        'outcome', 'granted', 'key', s.key_id, 'app', s.app_id, 'subject', nullif(s.user_subject, ''),
        'integration', s.integration, 'session', s.id, 'request', request)]);
      RETURN QUERY SELECT s.tenant_id, s.app_id, s.user_subject, s.integration, s.return_to, s.state;
    END $$`,

  // What the tenant of the key has left.
  `CREATE FUNCTION gate.balance(h bytea, claims jsonb) RETURNS TABLE (decision text, credits_remaining_micros float8)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT k.decision, CASE WHEN k.decision = 'known' THEN (
        SELECT least(greatest(coalesce(sum(l.amount_micros), 0), 0), 9007199254740991)::float8
        FROM broker.ledger l WHERE l.tenant_id = k.tenant_id
      ) END FROM gate.caller_as(h, claims) k
    $$`,

  // What the app of the key may spend, and what it has, by days and months of UTC.
  `CREATE FUNCTION gate.spending(h bytea, claims jsonb)
    RETURNS TABLE (decision text, app_id uuid, daily_micros float8, monthly_micros float8, used_today_micros float8,
      used_month_micros float8)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT k.decision, k.app_id, s.daily_micros::float8, s.monthly_micros::float8,
        ${usedSince("date_trunc('day', now(), 'UTC')")},
        ${usedSince("date_trunc('month', now(), 'UTC')")}
      FROM gate.caller_as(h, claims) k LEFT JOIN broker.spend_caps s
        ON k.decision = 'known' AND s.tenant_id = k.tenant_id AND s.app_id = k.app_id
    $$`,

  `CREATE FUNCTION gate.usage(h bytea, claims jsonb, period text)
    RETURNS TABLE (decision text, app_id uuid, since_ms float8, providers jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT k.decision, k.app_id, extract(epoch FROM p.since)::float8 * 1000, CASE WHEN k.decision = 'known' THEN coalesce((
        SELECT jsonb_agg(jsonb_build_object('provider', u.provider, 'micros', u.micros, 'events', u.events)
          ORDER BY u.provider)
        FROM (SELECT l.provider, least(-sum(l.amount_micros), 9007199254740991) AS micros, count(*) AS events
          FROM broker.ledger l WHERE l.tenant_id = k.tenant_id AND l.app_id = k.app_id AND l.at >= p.since
          GROUP BY l.provider) u
      ), '[]') END
      FROM gate.caller_as(h, claims) k CROSS JOIN LATERAL (SELECT CASE period WHEN 'day'
        THEN date_trunc('day', now(), 'UTC') ELSE date_trunc('month', now(), 'UTC') END AS since) p
    $$`,

  ...functions.flatMap((signature) => [
    `REVOKE ALL ON FUNCTION gate.${signature} FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_server`
  ]),

  `RESET ROLE`
)
