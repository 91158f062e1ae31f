/**
 * Visits to the page on which an account is connected.
 *
 * A ticket stands in an address, so it is good once and only to be exchanged:
 * whoever brings it gets a visit, whose token is a cookie of one browser. What
 * is going on in a visit is its row: one step at a time, which the next request
 * of the same browser finds or does not find.
 */
import { statements } from "../statements.ts"

const functions = [
  "open_visit(bytea, uuid, bytea, int, text, text)",
  "enter_by_visit(bytea)",
  "refuse_visit(bytea, bytea, jsonb)",
  "forget_visits()"
]

/** What opened it must still be good: the key or the admin token, its tenant, and the user. `v` is session or visit. */
const stillGood = (v: string, since: string) =>
  `t.id = ${v}.tenant_id AND t.status = 'active'
          AND CASE WHEN ${v}.key_id IS NULL
            THEN EXISTS (SELECT FROM broker.admin_tokens a WHERE a.id = ${v}.admin_token_id AND a.revoked_at IS NULL
              AND (a.expires_at IS NULL OR a.expires_at > now()))
            ELSE EXISTS (SELECT FROM broker.app_keys k WHERE k.tenant_id = ${v}.tenant_id AND k.id = ${v}.key_id
              AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())) END
          AND NOT EXISTS (SELECT FROM broker.removed_users r WHERE r.tenant_id = ${v}.tenant_id
            AND r.subject = ${v}.user_subject AND r.removed_at >= ${since})`

/** Those that are over are cleared away by whoever opens the next, a few at a time. */
const clear = (table: string) =>
  `DELETE FROM broker.${table} s USING (
        SELECT o.tenant_id, o.id FROM broker.${table} o WHERE o.expires_at <= now() - interval '1 hour'
          ORDER BY o.expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
      ) over WHERE s.tenant_id = over.tenant_id AND s.id = over.id`

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  // An admin opens one for a tenant, which need not be for an app.
  `ALTER TABLE broker.connect_sessions
    ALTER app_id DROP NOT NULL,
    ALTER key_id DROP NOT NULL,
    ADD admin_token_id uuid REFERENCES broker.admin_tokens ON DELETE CASCADE,
    ADD connection_id uuid,
    ADD FOREIGN KEY (tenant_id, connection_id) REFERENCES broker.connections (tenant_id, id) ON DELETE CASCADE,
    ADD CONSTRAINT session_of_one_actor CHECK (num_nonnulls(key_id, admin_token_id) = 1),
    ADD CONSTRAINT session_of_key_is_for_app CHECK (key_id IS NULL OR app_id IS NOT NULL)`,

  `CREATE TABLE broker.connect_visits (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    id uuid NOT NULL,
    -- The cookie, as keys are stored.
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    pepper_id smallint NOT NULL,
    session_id uuid NOT NULL,
    app_id uuid,
    key_id uuid,
    admin_token_id uuid REFERENCES broker.admin_tokens ON DELETE CASCADE,
    -- The one that is to be connected again, where that was said.
    connection_id uuid,
    user_subject text NOT NULL CHECK (user_subject ~ '^[!-~]{0,255}$'),
    integration text NOT NULL REFERENCES broker.integrations (slug),
    return_to text CHECK (length(return_to) <= 2048),
    state text CHECK (length(state) <= 512),
    opener_origin text CHECK (length(opener_origin) <= 512),
    asked_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '10 minutes',
    -- away: the browser was sent elsewhere. choosing, confirming: something was obtained, and is held until it is said
    -- what becomes of it.
    step text NOT NULL DEFAULT 'open' CHECK (step IN ('open', 'away', 'choosing', 'confirming', 'connected', 'cancelled')),
    -- What the browser must bring back.
    state_hash bytea UNIQUE CHECK (octet_length(state_hash) = 32),
    step_version bigint NOT NULL DEFAULT 0,
    step_dek_version int,
    step_box bytea,
    -- How the last attempt ended: a word of ours. The connection that came of it.
    failure text CHECK (failure ~ '^[a-z_]{1,64}$'),
    connected_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, key_id) REFERENCES broker.app_keys (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES broker.connections (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, connected_id) REFERENCES broker.connections (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, step_dek_version) REFERENCES broker.tenant_keys (tenant_id, version),
    CONSTRAINT visit_of_one_actor CHECK (num_nonnulls(key_id, admin_token_id) = 1),
    CHECK ((step_box IS NULL) = (step_dek_version IS NULL)),
    CHECK ((step = 'away') = (state_hash IS NOT NULL)),
    CHECK ((step IN ('away', 'choosing', 'confirming')) = (step_box IS NOT NULL)),
    CHECK ((step = 'connected') = (connected_id IS NOT NULL))
  )`,
  `CREATE INDEX connect_visits_by_end ON broker.connect_visits (expires_at)`,
  `CREATE INDEX connect_visits_of_session ON broker.connect_visits (tenant_id, session_id)`,

  `ALTER TABLE broker.connect_visits ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE broker.connect_visits FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY tenant ON broker.connect_visits FOR ALL TO vendo_server
    USING (tenant_id = (SELECT gate.tenant())) WITH CHECK (tenant_id = (SELECT gate.tenant()))`,
  `CREATE POLICY gate ON broker.connect_visits FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`,
  `GRANT SELECT, UPDATE ON broker.connect_visits TO vendo_server`,
  // A session it opens itself, on an admin's word; never what a ticket is stored as.
  `GRANT INSERT, SELECT (tenant_id, id, app_id, connection_id, user_subject, integration, created_at, expires_at, used_at)
    ON broker.connect_sessions TO vendo_server`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON broker.connect_visits TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  `DROP FUNCTION gate.redeem_connect_session(bytea, text)`,

  // Once, by one update: of many at the same time, all but one find the ticket used.
  `CREATE FUNCTION gate.open_visit(ticket bytea, visit uuid, token bytea, pepper int, opener text, request text)
    RETURNS TABLE (integration text, expires_ms float8)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE s record;
    BEGIN
      UPDATE broker.connect_sessions c SET used_at = now()
        FROM broker.tenants t
        WHERE c.ticket_hash = ticket AND c.used_at IS NULL AND c.expires_at > now()
          AND ${stillGood("c", "c.created_at")}
        RETURNING c.* INTO s;
      IF NOT FOUND THEN RETURN; END IF;
      ${clear("connect_visits")};
      ${clear("connect_sessions")};
      INSERT INTO broker.connect_visits AS v (tenant_id, id, token_hash, pepper_id, session_id, app_id, key_id,
          admin_token_id, connection_id, user_subject, integration, return_to, state, opener_origin, asked_at)
        VALUES (s.tenant_id, visit, token, pepper, s.id, s.app_id, s.key_id, s.admin_token_id, s.connection_id,
          s.user_subject, s.integration, s.return_to, s.state, opener, s.created_at)
        RETURNING v.integration, extract(epoch FROM v.expires_at)::float8 * 1000 INTO integration, expires_ms;
      PERFORM gate.append(ARRAY[s.tenant_id], ARRAY[jsonb_build_object('action', 'connect_session.redeem',
        'outcome', 'granted', 'key', s.key_id, 'admin', s.admin_token_id, 'app', s.app_id,
        'subject', nullif(s.user_subject, ''), 'integration', s.integration, 'session', s.id, 'visit', visit,
        'request', request)]);
      RETURN NEXT;
    END $$`,

  // Judged anew each time. The row is locked, so that a visit does one thing at a time.
  `CREATE FUNCTION gate.enter_by_visit(h bytea) RETURNS TABLE (tenant_id uuid, visit_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    BEGIN
      SELECT v.tenant_id, v.id INTO tenant_id, visit_id FROM broker.connect_visits v, broker.tenants t
        WHERE v.token_hash = h AND v.expires_at > now() AND ${stillGood("v", "v.asked_at")}
        FOR UPDATE OF v;
      IF NOT FOUND THEN RETURN; END IF;
      PERFORM gate.enter(tenant_id);
      RETURN NEXT;
    END $$`,

  // Recorded for whose visit it was, by the cookie, and for whose state was brought. Neither, and there is nobody.
  `CREATE FUNCTION gate.refuse_visit(h bytea, s bytea, body jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      UPDATE broker.connect_visits v SET failure = body ->> 'outcome' WHERE v.token_hash = h
        AND v.step NOT IN ('connected', 'cancelled');
      PERFORM gate.append(array_agg(v.tenant_id ORDER BY v.id), array_agg(body || jsonb_build_object('visit', v.id,
          'app', v.app_id, 'subject', nullif(v.user_subject, ''), 'integration', v.integration) ORDER BY v.id))
        FROM broker.connect_visits v WHERE v.token_hash = h OR v.state_hash = s;
    END $$`,

  // What is held of those that are over, which nobody can enter any more.
  `CREATE FUNCTION gate.forget_visits() RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      UPDATE broker.connect_visits v SET step = 'open', step_box = NULL, step_dek_version = NULL, state_hash = NULL
        FROM (SELECT o.tenant_id, o.id FROM broker.connect_visits o
          WHERE o.expires_at <= now() AND o.step_box IS NOT NULL
          ORDER BY o.expires_at LIMIT 100 FOR UPDATE SKIP LOCKED) over
        WHERE v.tenant_id = over.tenant_id AND v.id = over.id
    $$`,

  ...functions.flatMap((signature) => [
    `REVOKE ALL ON FUNCTION gate.${signature} FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_server`
  ]),

  `RESET ROLE`
)
