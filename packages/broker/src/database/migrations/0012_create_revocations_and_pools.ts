/**
 * What upstreams still have to be told of connections that ended, and the keys
 * of the installation that tenants may draw on.
 *
 * The server adds a revocation, and never reads what is sealed in it: the box
 * leaves with a claim, which is for one attempt and one process, and is
 * destroyed by the statement that ends the row. A claim is no more than a later
 * time of the next attempt, so that of a process that died somebody else takes
 * it up; the number of the attempt fences, as the epoch of a refresh does.
 */
import { statements } from "../statements.ts"

const functions = [
  "upstream_in_use(uuid)",
  "claim_revocation(float8)",
  "settle_revocation(uuid, uuid, int, text, text, float8)",
  "list_pools(bytea)",
  "set_pool(bytea, text, text, bytea, text)",
  "remove_pool(bytea, text)"
]

/** From the end of a connection on. */
const patience = "interval '72 hours'"

/** A connection, of whatever tenant, that is not revoked and stands on that account or that exclusive credential. */
const isInUse = (account: string, integration: string, slot: string, by = "true") =>
  `(EXISTS (SELECT FROM broker.connections o
        WHERE o.metadata ->> 'composio_account_id' = ${account} AND o.status <> 'revoked' AND ${by})
      OR EXISTS (SELECT FROM broker.connections o
        WHERE o.integration = ${integration} AND o.slot = ${slot} AND o.exclusive AND o.status <> 'revoked' AND ${by}))`

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  `CREATE TABLE broker.revocations (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    id uuid NOT NULL,
    connection_id uuid NOT NULL,
    integration text NOT NULL REFERENCES broker.integrations (slug),
    profile text NOT NULL,
    -- How the upstream is told: with the credential, or by the account at Composio.
    composio_account_id text,
    dek_version int,
    secret_box bytea,
    -- Of an exclusive credential, as its connection had it: finds out who holds the same one.
    slot bytea,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'done', 'given_up')),
    attempts int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    -- What came of the last attempt. A word of ours: no text of an upstream is kept.
    code text CHECK (code ~ '^[a-z_]{1,40}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES broker.connections (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, dek_version) REFERENCES broker.tenant_keys (tenant_id, version),
    -- One account is told once of one connection, however often that is removed.
    CONSTRAINT account_revoked_once UNIQUE (tenant_id, connection_id, composio_account_id),
    CHECK ((secret_box IS NULL) = (dek_version IS NULL)),
    CHECK (state <> 'queued' OR num_nonnulls(composio_account_id, secret_box) = 1),
    CONSTRAINT ended_holds_no_secret CHECK (state = 'queued' OR secret_box IS NULL),
    CHECK ((state = 'queued') = (ended_at IS NULL))
  )`,
  `CREATE INDEX revocations_due ON broker.revocations (next_attempt_at) WHERE state = 'queued'`,
  `CREATE INDEX connections_by_account ON broker.connections ((metadata ->> 'composio_account_id'))
    WHERE metadata ->> 'composio_account_id' IS NOT NULL AND status <> 'revoked'`,
  `CREATE INDEX connections_by_slot ON broker.connections (integration, slot) WHERE exclusive AND status <> 'revoked'`,

  // Of the installation. Sealed for its integration, by the key-encryption key itself, for it is no tenant's.
  `CREATE TABLE broker.pools (
    integration text PRIMARY KEY REFERENCES broker.integrations (slug),
    kek_id text NOT NULL,
    sealed bytea NOT NULL,
    hint text NOT NULL CHECK (hint ~ '^[!-~]{4}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,

  ...["revocations", "pools"].flatMap((table) => [
    `ALTER TABLE broker.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE broker.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY gate ON broker.${table} FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`
  ]),
  `CREATE POLICY tenant ON broker.revocations FOR ALL TO vendo_server
    USING (tenant_id = (SELECT gate.tenant())) WITH CHECK (tenant_id = (SELECT gate.tenant()))`,
  `CREATE POLICY everyone ON broker.pools FOR SELECT TO vendo_server USING (true)`,
  // By column: what is sealed is written once and read by nobody, and what becomes of a row is the gate's to say.
  `GRANT INSERT (tenant_id, id, connection_id, integration, profile, composio_account_id, dek_version, secret_box, slot)
    ON broker.revocations TO vendo_server`,
  `GRANT SELECT (tenant_id, id, connection_id, integration, profile, composio_account_id, state, attempts,
    next_attempt_at, code, created_at, ended_at) ON broker.revocations TO vendo_server`,
  // Which there are. Their keys are nobody's to read yet.
  `GRANT SELECT (integration) ON broker.pools TO vendo_server`,
  `GRANT SELECT, UPDATE ON broker.revocations TO vendo_gate`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON broker.pools TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  // Whether upstream somebody else would lose what this connection stands on. Of whom, nothing is said.
  `CREATE FUNCTION gate.upstream_in_use(connection uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT EXISTS (SELECT FROM broker.connections c WHERE c.tenant_id = gate.tenant() AND c.id = connection
        AND ${isInUse("c.metadata ->> 'composio_account_id'", "c.integration", "c.slot", "o.id <> c.id")})
    $$`,

  // One row that is due, for one attempt; or else how long there is nothing to do. Enters no tenant. Whoever may be
  // telling the upstream at this moment is not waited for.
  `CREATE FUNCTION gate.claim_revocation(lease_ms float8)
    RETURNS TABLE (verdict text, wait_ms float8, tenant_id uuid, revocation uuid, attempt int, integration text,
      profile text, account text, dek_version int, kek_id text, wrapped bytea, secret_box bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
      r broker.revocations%ROWTYPE;
      moment timestamptz := clock_timestamp();
    BEGIN
      SELECT x.* INTO r FROM broker.revocations x WHERE x.state = 'queued' AND x.next_attempt_at <= moment
        ORDER BY x.next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED;
      IF NOT FOUND THEN
        verdict := 'none';
        SELECT extract(epoch FROM min(x.next_attempt_at) - moment) * 1000 INTO wait_ms
          FROM broker.revocations x WHERE x.state = 'queued';
        RETURN NEXT;
        RETURN;
      END IF;
      tenant_id := r.tenant_id;
      revocation := r.id;
      attempt := r.attempts + 1;
      integration := r.integration;
      profile := r.profile;
      verdict := CASE
        WHEN r.attempts > 0 AND r.created_at <= moment - ${patience} THEN 'overdue'
        WHEN ${isInUse("r.composio_account_id", "r.integration", "r.slot")} THEN 'in_use'
        ELSE 'send'
      END;
      IF verdict = 'send' THEN
        account := r.composio_account_id;
        secret_box := r.secret_box;
        SELECT e.version, e.kek_id, e.wrapped INTO dek_version, kek_id, wrapped FROM broker.tenant_keys e
          WHERE e.tenant_id = r.tenant_id AND e.version = r.dek_version AND e.state <> 'destroyed';
      END IF;
      UPDATE broker.revocations x SET attempts = attempt, next_attempt_at = moment + lease_ms * interval '1 millisecond'
        WHERE x.tenant_id = r.tenant_id AND x.id = r.id;
      RETURN NEXT;
    END $$`,

  // What came of an attempt: null when it was overtaken, and nothing is changed. A last attempt is due when the time is up.
  `CREATE FUNCTION gate.settle_revocation(tenant uuid, revocation uuid, attempt int, outcome text, said text,
      wait_ms float8) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      r broker.revocations%ROWTYPE;
      moment timestamptz := clock_timestamp();
    BEGIN
      SELECT x.* INTO r FROM broker.revocations x WHERE x.tenant_id = tenant AND x.id = revocation
        AND x.attempts = attempt AND x.state = 'queued' FOR UPDATE;
      IF NOT FOUND THEN RETURN NULL; END IF;
      IF outcome = 'retry' AND r.created_at > moment - ${patience} THEN
        UPDATE broker.revocations x SET code = said,
            next_attempt_at = least(moment + wait_ms * interval '1 millisecond', r.created_at + ${patience})
          WHERE x.tenant_id = tenant AND x.id = revocation;
        RETURN 'queued';
      END IF;
      UPDATE broker.revocations x SET state = CASE outcome WHEN 'done' THEN 'done' ELSE 'given_up' END,
          code = coalesce(said, r.code), ended_at = moment, secret_box = NULL, dek_version = NULL
        WHERE x.tenant_id = tenant AND x.id = revocation RETURNING x.* INTO r;
      PERFORM gate.append(ARRAY[tenant], ARRAY[jsonb_build_object('action', 'revocation.' || r.state,
        'outcome', 'done', 'revocation', r.id, 'connection', r.connection_id, 'integration', r.integration,
        'attempts', r.attempts, 'code', r.code)]);
      RETURN r.state;
    END $$`,

  `CREATE FUNCTION gate.revocation_queued() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pg_notify('vendo_events', 'revocations');
      RETURN NULL;
    END $$`,

  `CREATE FUNCTION gate.list_pools(h bytea)
    RETURNS TABLE (integration text, hint text, created_at timestamptz, updated_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT p.integration, p.hint, p.created_at, p.updated_at FROM broker.pools p
      WHERE gate.admin(h) IS NOT NULL ORDER BY p.integration
    $$`,
  `CREATE FUNCTION gate.set_pool(h bytea, slug text, kek text, box bytea, shown text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF gate.admin(h) IS NULL THEN RAISE EXCEPTION 'no admin token' USING errcode = '42501'; END IF;
      INSERT INTO broker.pools AS p (integration, kek_id, sealed, hint) VALUES (slug, kek, box, shown)
        ON CONFLICT (integration) DO UPDATE SET kek_id = excluded.kek_id, sealed = excluded.sealed,
          hint = excluded.hint, updated_at = clock_timestamp();
    END $$`,
  `CREATE FUNCTION gate.remove_pool(h bytea, slug text) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      WITH removed AS (
        DELETE FROM broker.pools p WHERE gate.admin(h) IS NOT NULL AND p.integration = slug RETURNING true
      ) SELECT EXISTS (SELECT FROM removed)
    $$`,

  ...[...functions, "revocation_queued()"].map((signature) => `REVOKE ALL ON FUNCTION gate.${signature} FROM PUBLIC`),
  ...functions.map((signature) => `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_server`),
  `GRANT EXECUTE ON FUNCTION gate.revocation_queued() TO vendo_owner`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_owner`,

  `CREATE TRIGGER revocation_queued AFTER INSERT ON broker.revocations
    FOR EACH STATEMENT EXECUTE FUNCTION gate.revocation_queued()`,

  `RESET ROLE`
)
