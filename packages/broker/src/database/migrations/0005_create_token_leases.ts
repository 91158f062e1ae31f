/**
 * Tokens that must be refreshed: what a connection remembers of them, and the
 * functions by which one process at a time replaces one.
 *
 * Every time here is the database's own. Processes say durations, so none of
 * their clocks decides how long a token is used or who may refresh it. The
 * epoch fences: whoever lost a lease, by being slow or by a revocation, can
 * write nothing.
 */
import { statements } from "../statements.ts"

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  `ALTER TABLE broker.connections
    -- What receivers are told, and may differ from our clock by as much as the upstream's does.
    ADD token_expires_at timestamptz,
    ADD token_valid_until timestamptz,
    ADD token_fresh_until timestamptz,
    -- When to replace the token ahead of time, if it is in use then.
    ADD token_renew_at timestamptz,
    ADD token_taken_at timestamptz,
    -- Keyed: accounts of two tenants with one token are an upstream's mix-up, and nobody is given the other's. Inside
    -- a tenant they may be right: who installs the same bot twice gets one token.
    ADD token_fingerprint bytea,
    ADD refresh_epoch bigint NOT NULL DEFAULT 0,
    ADD refresh_lease_until timestamptz,
    ADD failures int NOT NULL DEFAULT 0,
    ADD failure_code text,
    ADD failure_detail text,
    -- The last answer was that its user is needed, and a fuse held that back.
    ADD held_back boolean NOT NULL DEFAULT false,
    ADD next_attempt_at timestamptz,
    ADD needs_reauth_at timestamptz,
    ADD CONSTRAINT token_needs_a_box CHECK (secret_box IS NOT NULL OR token_fresh_until IS NULL)`,
  `CREATE INDEX connections_by_token ON broker.connections (token_fingerprint) WHERE token_fingerprint IS NOT NULL`,
  // For the fuse: how many there are, and how many flipped lately.
  `CREATE INDEX connections_in_use ON broker.connections (integration) WHERE status IN ('active', 'error')`,
  `CREATE INDEX connections_flipped ON broker.connections (integration, needs_reauth_at)
    WHERE needs_reauth_at IS NOT NULL`,

  // Blown when too many connections of one integration would need their users at once: more likely an outage.
  `CREATE TABLE broker.fuses (
    integration text PRIMARY KEY REFERENCES broker.integrations,
    blown_at timestamptz,
    released_until timestamptz
  )`,
  `ALTER TABLE broker.fuses ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE broker.fuses FORCE ROW LEVEL SECURITY`,
  `CREATE POLICY gate ON broker.fuses FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`,
  `GRANT SELECT, INSERT, UPDATE ON broker.fuses TO vendo_gate`,

  `GRANT UPDATE (status, secret_version, dek_version, secret_box, token_expires_at, token_valid_until, token_fresh_until,
    token_renew_at, token_taken_at, token_fingerprint, refresh_epoch, refresh_lease_until, failures, failure_code, failure_detail,
    held_back, next_attempt_at, needs_reauth_at, auth_version) ON broker.connections TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  // The one that may ask the upstream, if it is the caller. What is held, resting or gone says what to do instead.
  `CREATE FUNCTION gate.take_lease(h bytea, connection uuid, version bigint)
    RETURNS TABLE (outcome text, tenant_id uuid, epoch bigint, wait_ms float8, failure_code text, failure_detail text,
      account text, dek_version int, kek_id text, wrapped bytea,
      old_box bytea, old_version int, old_kek_id text, old_wrapped bytea, old_valid_ms float8, old_age_ms float8)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
      c broker.connections%ROWTYPE;
      moment timestamptz;
    BEGIN
      SELECT x.* INTO c FROM broker.app_keys k JOIN broker.connections x ON x.tenant_id = k.tenant_id
        WHERE k.key_hash = h AND x.id = connection FOR UPDATE OF x;
      moment := clock_timestamp();
      tenant_id := c.tenant_id;
      IF c.id IS NULL OR c.profile <> 'composio_managed' OR c.status NOT IN ('active', 'error') THEN
        outcome := 'gone';
      ELSIF c.secret_version <> version THEN
        outcome := 'replaced';
      ELSIF c.refresh_lease_until > moment THEN
        outcome := 'held';
        wait_ms := extract(epoch FROM c.refresh_lease_until - moment) * 1000;
      ELSIF c.next_attempt_at > moment THEN
        outcome := 'resting';
        wait_ms := extract(epoch FROM c.next_attempt_at - moment) * 1000;
        failure_code := c.failure_code;
        failure_detail := c.failure_detail;
      ELSE
        outcome := 'taken';
        epoch := c.refresh_epoch + 1;
        account := c.metadata ->> 'composio_account_id';
        SELECT e.version, e.kek_id, e.wrapped INTO dek_version, kek_id, wrapped FROM broker.tenant_keys e
          WHERE e.tenant_id = c.tenant_id AND e.state = 'active';
        SELECT e.version, e.kek_id, e.wrapped INTO old_version, old_kek_id, old_wrapped FROM broker.tenant_keys e
          WHERE e.tenant_id = c.tenant_id AND e.version = c.dek_version AND e.state <> 'destroyed';
        old_box := c.secret_box;
        old_valid_ms := extract(epoch FROM c.token_valid_until - moment) * 1000;
        old_age_ms := extract(epoch FROM moment - c.token_taken_at) * 1000;
        UPDATE broker.connections x SET refresh_epoch = epoch, refresh_lease_until = moment + interval '5 seconds'
          WHERE x.tenant_id = c.tenant_id AND x.id = c.id;
      END IF;
      RETURN NEXT;
    END $$`,

  // While the upstream takes its time. A process that dies stops saying so, and another takes over.
  `CREATE FUNCTION gate.extend_lease(h bytea, connection uuid, held bigint) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      WITH extended AS (
        UPDATE broker.connections c SET refresh_lease_until = clock_timestamp() + interval '5 seconds'
        FROM broker.app_keys k
        WHERE k.key_hash = h AND c.tenant_id = k.tenant_id AND c.id = connection AND c.refresh_epoch = held
          AND c.refresh_lease_until IS NOT NULL AND c.status IN ('active', 'error')
        RETURNING true
      ) SELECT EXISTS (SELECT FROM extended)
    $$`,

  // 'lost' when the lease was overtaken: what was brought is then not the newest word, and is not kept. 'anothers' when
  // it is the token of another account: the lease is still held then, and is to be given back.
  `CREATE FUNCTION gate.complete_lease(h bytea, connection uuid, held bigint, box bytea, key_version int,
      fingerprint bytea, expires_ms float8, valid_ms float8, fresh_ms float8, renew_ms float8, request text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      c broker.connections%ROWTYPE;
      moment timestamptz;
    BEGIN
      SELECT x.* INTO c FROM broker.app_keys k JOIN broker.connections x ON x.tenant_id = k.tenant_id
        WHERE k.key_hash = h AND x.id = connection AND x.refresh_epoch = held AND x.refresh_lease_until IS NOT NULL
          AND x.status IN ('active', 'error') FOR UPDATE OF x;
      IF NOT FOUND THEN RETURN 'lost'; END IF;
      IF EXISTS (SELECT FROM broker.connections o WHERE o.token_fingerprint = fingerprint AND o.secret_box IS NOT NULL
          AND o.tenant_id <> c.tenant_id
          AND o.metadata ->> 'composio_account_id' IS DISTINCT FROM c.metadata ->> 'composio_account_id') THEN
        RETURN 'anothers';
      END IF;
      moment := clock_timestamp();
      UPDATE broker.connections x
        SET secret_box = box, dek_version = key_version, secret_version = x.secret_version + 1, status = 'active',
          token_fingerprint = fingerprint, token_expires_at = to_timestamp(expires_ms / 1000),
          token_valid_until = moment + valid_ms * interval '1 millisecond',
          token_fresh_until = moment + fresh_ms * interval '1 millisecond',
          token_renew_at = moment + renew_ms * interval '1 millisecond', token_taken_at = moment,
          refresh_lease_until = NULL, failures = 0, failure_code = NULL, failure_detail = NULL,
          held_back = false, next_attempt_at = NULL
        WHERE x.tenant_id = c.tenant_id AND x.id = c.id;
      PERFORM gate.append(ARRAY[c.tenant_id], ARRAY[jsonb_build_object('action', 'token.refresh', 'outcome', 'done',
        'connection', c.id, 'integration', c.integration, 'secret_version', c.secret_version + 1, 'request', request)]);
      RETURN 'kept';
    END $$`,

  // Whether one more connection of this integration may be said to need its user. Called with the fuse's row locked.
  `CREATE FUNCTION gate.fuse_holds(slug text, moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      f broker.fuses%ROWTYPE;
      flipped bigint;
      usable bigint;
    BEGIN
      INSERT INTO broker.fuses (integration) VALUES (slug) ON CONFLICT DO NOTHING;
      SELECT x.* INTO f FROM broker.fuses x WHERE x.integration = slug FOR UPDATE;
      IF f.released_until > moment THEN RETURN true; END IF;
      IF f.blown_at IS NOT NULL THEN RETURN false; END IF;
      SELECT count(*) INTO flipped FROM broker.connections c
        WHERE c.integration = slug AND c.needs_reauth_at > moment - interval '5 minutes';
      SELECT count(*) INTO usable FROM broker.connections c
        WHERE c.integration = slug AND c.status IN ('active', 'error');
      IF flipped + 1 <= greatest(20, floor((usable + flipped) * 0.05)) THEN RETURN true; END IF;
      UPDATE broker.fuses x SET blown_at = moment WHERE x.integration = slug;
      RETURN false;
    END $$`,

  // What a failure does to the connection. Nothing when the lease was lost meanwhile.
  `CREATE FUNCTION gate.fail_lease(h bytea, connection uuid, held bigint, verdict text, code text, detail text,
      instead text, retry_ms float8, request text)
    RETURNS TABLE (flipped boolean, wait_ms float8)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
      c broker.connections%ROWTYPE;
      moment timestamptz;
      failed int;
    BEGIN
      SELECT x.* INTO c FROM broker.app_keys k JOIN broker.connections x ON x.tenant_id = k.tenant_id
        WHERE k.key_hash = h AND x.id = connection AND x.refresh_epoch = held AND x.refresh_lease_until IS NOT NULL
          AND x.status IN ('active', 'error') FOR UPDATE OF x;
      IF NOT FOUND THEN RETURN; END IF;
      moment := clock_timestamp();
      flipped := verdict = 'dead' AND gate.fuse_holds(c.integration, moment);
      failed := c.failures + CASE WHEN verdict = 'faulty' OR (verdict = 'dead' AND NOT flipped) THEN 1 ELSE 0 END;
      wait_ms := CASE
        WHEN flipped THEN 0
        WHEN verdict = 'dead' THEN 60000
        WHEN verdict = 'busy' THEN least(greatest(retry_ms, 1000), 300000)
        WHEN verdict = 'faulty' THEN greatest(coalesce(retry_ms, 0),
          least(60, 2 ^ least(failed - 1, 6)) * 1000 * (0.5 + random() / 2))
        WHEN verdict = 'ours' THEN greatest(coalesce(retry_ms, 0), 1000)
        ELSE 5000
      END;
      UPDATE broker.connections x
        SET refresh_lease_until = NULL, failures = failed, failure_code = CASE WHEN verdict = 'dead' AND NOT flipped
            THEN 'upstream_error' ELSE code END,
          failure_detail = CASE WHEN verdict = 'dead' AND NOT flipped THEN instead ELSE detail END,
          held_back = verdict = 'dead' AND NOT flipped,
          next_attempt_at = moment + wait_ms * interval '1 millisecond',
          status = CASE WHEN flipped THEN 'needs_reauth' WHEN failed >= 3 OR (verdict = 'dead') THEN 'error'
            ELSE x.status END,
          needs_reauth_at = CASE WHEN flipped THEN moment ELSE x.needs_reauth_at END,
          secret_box = CASE WHEN flipped THEN NULL ELSE x.secret_box END,
          dek_version = CASE WHEN flipped THEN NULL ELSE x.dek_version END,
          token_fresh_until = CASE WHEN flipped THEN NULL ELSE x.token_fresh_until END,
          token_fingerprint = CASE WHEN flipped THEN NULL ELSE x.token_fingerprint END
        WHERE x.tenant_id = c.tenant_id AND x.id = c.id;
      IF flipped THEN
        PERFORM gate.append(ARRAY[c.tenant_id], ARRAY[jsonb_build_object('action', 'connection.needs_reauth',
          'outcome', 'done', 'connection', c.id, 'integration', c.integration, 'reason', detail, 'request', request)]);
      END IF;
      RETURN NEXT;
    END $$`,

  // For the operator: which fuses are blown, and the word that lets their flips through for an hour.
  `CREATE FUNCTION gate.list_fuses(h bytea) RETURNS TABLE (integration text, blown_at timestamptz, released_until timestamptz,
      held bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT f.integration, f.blown_at, f.released_until, (SELECT count(*) FROM broker.connections c
        WHERE c.integration = f.integration AND c.status = 'error' AND c.held_back)
      FROM broker.fuses f
      WHERE gate.admin(h) IS NOT NULL AND (f.blown_at IS NOT NULL OR f.released_until > now()) ORDER BY f.integration
    $$`,
  `CREATE FUNCTION gate.release_fuse(h bytea, slug text) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      WITH released AS (
        UPDATE broker.fuses f SET blown_at = NULL, released_until = now() + interval '1 hour'
        WHERE gate.admin(h) IS NOT NULL AND f.integration = slug AND f.blown_at IS NOT NULL RETURNING true
      ) SELECT EXISTS (SELECT FROM released)
    $$`,

  `REVOKE ALL ON FUNCTION gate.take_lease(bytea, uuid, bigint), gate.extend_lease(bytea, uuid, bigint),
    gate.complete_lease(bytea, uuid, bigint, bytea, int, bytea, float8, float8, float8, float8, text),
    gate.fuse_holds(text, timestamptz), gate.list_fuses(bytea), gate.release_fuse(bytea, text),
    gate.fail_lease(bytea, uuid, bigint, text, text, text, text, float8, text) FROM PUBLIC`,
  `GRANT EXECUTE ON FUNCTION gate.take_lease(bytea, uuid, bigint), gate.extend_lease(bytea, uuid, bigint),
    gate.complete_lease(bytea, uuid, bigint, bytea, int, bytea, float8, float8, float8, float8, text),
    gate.list_fuses(bytea), gate.release_fuse(bytea, text),
    gate.fail_lease(bytea, uuid, bigint, text, text, text, text, float8, text) TO vendo_server`,

  `RESET ROLE`
)
