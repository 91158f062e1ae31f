/**
 * Tools, and what is installed of them: deployments with their manifest, their
 * variables, their runs and every step they took.
 *
 * What a deployment is started with follows from its bindings, so triggers count
 * its versions: no way of changing a binding or a connection can forget to. They
 * lock deployments after connections and bindings, several of them by id, and
 * before the tenant's audit head.
 */
import { statements } from "../statements.ts"

const tenantTables = ["deployments", "deployment_steps", "hand_overs", "idempotency_keys"] as const

const functions = ["deployment_step()", "binding_environment()", "connection_environment()", "deployment_event()"]

/** What may follow what. `destroyed` is final. A run may be heard of only when it has failed. */
const steps = {
  installed: ["running", "stopped", "failed", "destroyed"],
  running: ["restarting", "stopping", "stopped", "failed", "destroyed"],
  restarting: ["running", "stopping", "stopped", "failed", "destroyed"],
  stopping: ["installed", "stopped", "failed", "destroyed"],
  stopped: ["installed", "running", "failed", "destroyed"],
  failed: ["installed", "running", "restarting", "stopped", "destroyed"]
} as const

const allowed = Object.entries(steps)
  .flatMap(([from, all]) => all.map((to) => `('${from}', '${to}')`))
  .join(", ")

const statuses = [...Object.keys(steps), "destroyed"].map((status) => `'${status}'`).join(", ")

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  // Of the installation, as the catalog is. A version never changes.
  `CREATE TABLE broker.tools (
    slug text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z0-9-]{1,62}[a-z0-9]$'),
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE broker.tool_versions (
    tool text NOT NULL REFERENCES broker.tools,
    version int NOT NULL CHECK (version > 0),
    source text NOT NULL CHECK (length(source) <= 65536),
    manifest jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tool, version)
  )`,

  `CREATE TABLE broker.deployments (
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    tool text,
    tool_version int,
    -- As it was when it was installed.
    source text NOT NULL CHECK (length(source) <= 65536),
    manifest jsonb NOT NULL,
    status text NOT NULL DEFAULT 'installed' CHECK (status IN (${statuses})),
    status_reason text NOT NULL CHECK (length(status_reason) BETWEEN 1 AND 500),
    -- What whoever owns it wants of its run, whatever becomes of that.
    wanted text NOT NULL DEFAULT 'run' CHECK (wanted IN ('run', 'stop')),
    env_wanted bigint NOT NULL DEFAULT 1,
    restart bigint NOT NULL DEFAULT 0,
    -- The tenant's own variables, as one sealed object.
    env_version bigint NOT NULL DEFAULT 0,
    env_dek_version int,
    env_box bytea,
    -- How it is started: command, directory, image.
    launch jsonb NOT NULL DEFAULT '{}',
    run_id uuid,
    run_state text CHECK (run_state IN ('starting', 'running', 'paused', 'exited')),
    run_health text CHECK (run_health IN ('unknown', 'healthy', 'unhealthy')),
    run_env_version bigint,
    run_restart bigint,
    run_exit_code int CHECK (run_exit_code BETWEEN 0 AND 255),
    run_started_at timestamptz,
    run_seen_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, app_id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tool, tool_version) REFERENCES broker.tool_versions (tool, version) MATCH FULL,
    FOREIGN KEY (tenant_id, env_dek_version) REFERENCES broker.tenant_keys (tenant_id, version),
    CHECK ((env_box IS NULL) = (env_dek_version IS NULL)),
    CHECK (num_nonnulls(run_id, run_state, run_health, run_env_version, run_restart, run_started_at, run_seen_at) IN (0, 7)),
    CHECK ((run_state = 'exited') = (run_exit_code IS NOT NULL)),
    CONSTRAINT destroyed_holds_no_secret CHECK (status <> 'destroyed' OR env_box IS NULL)
  )`,

  `CREATE TABLE broker.deployment_steps (
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    from_status text,
    to_status text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (tenant_id, app_id, id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.deployments (tenant_id, app_id) ON DELETE CASCADE
  )`,

  // An exclusive credential on its way from one deployment to another: the one lets go of it before the other has it.
  `CREATE TABLE broker.hand_overs (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    integration text NOT NULL REFERENCES broker.integrations (slug),
    connection_id uuid NOT NULL,
    from_app uuid NOT NULL,
    to_app uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('draining', 'moved', 'cancelled')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES broker.connections (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, from_app) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, to_app) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE,
    CHECK (from_app <> to_app),
    CHECK ((state = 'draining') = (ended_at IS NULL))
  )`,
  `CREATE UNIQUE INDEX one_hand_over_from ON broker.hand_overs (tenant_id, from_app) WHERE state = 'draining'`,
  `CREATE UNIQUE INDEX one_hand_over_to ON broker.hand_overs (tenant_id, to_app) WHERE state = 'draining'`,

  // What was answered to a request that may come again. The answer holds a key, and is sealed.
  `CREATE TABLE broker.idempotency_keys (
    tenant_id uuid NOT NULL REFERENCES broker.tenants ON DELETE CASCADE,
    route text NOT NULL,
    key_hash bytea NOT NULL CHECK (octet_length(key_hash) = 32),
    request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
    dek_version int,
    answer_box bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, route, key_hash),
    FOREIGN KEY (tenant_id, dek_version) REFERENCES broker.tenant_keys (tenant_id, version),
    CHECK ((answer_box IS NULL) = (dek_version IS NULL))
  )`,
  `CREATE INDEX idempotency_keys_by_age ON broker.idempotency_keys (tenant_id, created_at)`,

  ...[...tenantTables, "tools", "tool_versions"].flatMap((table) => [
    `ALTER TABLE broker.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE broker.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY gate ON broker.${table} FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`
  ]),
  ...tenantTables.map(
    (table) =>
      `CREATE POLICY tenant ON broker.${table} FOR ALL TO vendo_server
      USING (tenant_id = (SELECT gate.tenant())) WITH CHECK (tenant_id = (SELECT gate.tenant()))`
  ),
  ...["tools", "tool_versions"].map(
    (table) => `CREATE POLICY everyone ON broker.${table} FOR SELECT TO vendo_server USING (true)`
  ),
  `GRANT SELECT ON broker.tools, broker.tool_versions, broker.deployment_steps TO vendo_server`,
  `GRANT SELECT, INSERT, UPDATE ON broker.deployments, broker.hand_overs TO vendo_server`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON broker.idempotency_keys TO vendo_server`,
  `GRANT SELECT, INSERT ON broker.tools, broker.tool_versions, broker.deployment_steps TO vendo_gate`,
  `GRANT SELECT, UPDATE ON broker.deployments, broker.hand_overs TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  // The version that is there, when its text is the same. Published by an admin, and by nobody else.
  `CREATE FUNCTION gate.publish_tool(h bytea, name text, text_of text, meaning jsonb)
    RETURNS TABLE (tool text, version int, fresh boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
      latest int;
      same int;
    BEGIN
      IF gate.admin(h) IS NULL THEN RAISE EXCEPTION 'no admin token' USING errcode = '42501'; END IF;
      INSERT INTO broker.tools (slug) VALUES (name) ON CONFLICT DO NOTHING;
      -- One at a time: the next number is this one's.
      PERFORM pg_advisory_xact_lock(8601121, hashtext(name));
      SELECT max(v.version), max(v.version) FILTER (WHERE v.source = text_of) INTO latest, same
        FROM broker.tool_versions v WHERE v.tool = name;
      IF same IS NULL THEN
        INSERT INTO broker.tool_versions (tool, version, source, manifest)
          VALUES (name, coalesce(latest, 0) + 1, text_of, meaning);
      END IF;
      RETURN QUERY SELECT name, coalesce(same, coalesce(latest, 0) + 1), same IS NULL;
    END $$`,

  `CREATE FUNCTION gate.deployment_step() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND (OLD.status, NEW.status) NOT IN (${allowed}) THEN
        RAISE EXCEPTION 'a deployment does not go from % to %', OLD.status, NEW.status
          USING errcode = '23514', constraint = 'deployment_step', table = 'deployments', schema = 'broker';
      END IF;
      INSERT INTO broker.deployment_steps (tenant_id, app_id, from_status, to_status, reason)
        VALUES (NEW.tenant_id, NEW.app_id, CASE TG_OP WHEN 'UPDATE' THEN OLD.status END, NEW.status, NEW.status_reason);
      RETURN NULL;
    END $$`,

  // Whoever destroys it, or reports of it, is waited for.
  `CREATE FUNCTION gate.refuse_destroyed(t uuid, app uuid) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE s text;
    BEGIN
      SELECT d.status INTO s FROM broker.deployments d WHERE d.tenant_id = t AND d.app_id = app FOR UPDATE;
      IF s = 'destroyed' THEN
        RAISE EXCEPTION 'what is destroyed uses nothing'
          USING errcode = 'VD002', constraint = 'destroyed_uses_nothing', table = 'deployments', schema = 'broker';
      END IF;
    END $$`,

  // Of the app itself: what its users connect is never among its variables.
  `CREATE FUNCTION gate.binding_environment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE b broker.app_connection_bindings%ROWTYPE := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    BEGIN
      IF TG_OP <> 'DELETE' THEN PERFORM gate.refuse_destroyed(b.tenant_id, b.app_id); END IF;
      -- A credential with one consumer is free for the next: who has it in its variables is not left running with it.
      UPDATE broker.deployments d SET env_wanted = d.env_wanted + 1,
          restart = d.restart + CASE WHEN d.manifest -> 'restart_on' ? b.integration
            OR (TG_OP = 'DELETE' AND b.exclusive) THEN 1 ELSE 0 END
        WHERE d.tenant_id = b.tenant_id AND d.app_id = b.app_id AND b.user_subject = '';
      RETURN NULL;
    END $$`,

  `CREATE FUNCTION gate.connection_environment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM FROM broker.deployments d JOIN broker.app_connection_bindings b
          ON b.tenant_id = d.tenant_id AND b.app_id = d.app_id
        WHERE b.tenant_id = NEW.tenant_id AND b.connection_id = NEW.id AND b.user_subject = ''
        ORDER BY d.app_id FOR UPDATE OF d;
      UPDATE broker.deployments d SET env_wanted = d.env_wanted + 1,
          restart = d.restart + CASE WHEN d.manifest -> 'restart_on' ? NEW.integration THEN 1 ELSE 0 END
        FROM broker.app_connection_bindings b
        WHERE b.tenant_id = NEW.tenant_id AND b.connection_id = NEW.id AND b.user_subject = ''
          AND d.tenant_id = b.tenant_id AND d.app_id = b.app_id;
      RETURN NULL;
    END $$`,

  // At commit, as every event.
  `CREATE FUNCTION gate.deployment_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF NEW.env_wanted <> OLD.env_wanted THEN
        PERFORM gate.emit(NEW.tenant_id, NEW.app_id, '', 'deployment.environment_changed',
          jsonb_build_object('env_version', NEW.env_wanted));
      END IF;
      IF NEW.restart <> OLD.restart THEN
        PERFORM gate.emit(NEW.tenant_id, NEW.app_id, '', 'deployment.restart_requested',
          jsonb_build_object('restart', NEW.restart));
      END IF;
      IF NEW.status <> OLD.status THEN
        PERFORM gate.emit(NEW.tenant_id, NEW.app_id, '', 'deployment.status_changed',
          jsonb_build_object('status', NEW.status));
      END IF;
      RETURN NULL;
    END $$`,

  ...[...functions, "refuse_destroyed(uuid, uuid)", "publish_tool(bytea, text, text, jsonb)"].map(
    (signature) => `REVOKE ALL ON FUNCTION gate.${signature} FROM PUBLIC`
  ),
  `GRANT EXECUTE ON FUNCTION gate.publish_tool(bytea, text, text, jsonb) TO vendo_server`,
  ...functions.map((signature) => `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_owner`),

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_owner`,

  `CREATE TRIGGER deployment_installed AFTER INSERT ON broker.deployments
    FOR EACH ROW EXECUTE FUNCTION gate.deployment_step()`,
  `CREATE TRIGGER deployment_step AFTER UPDATE OF status ON broker.deployments
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION gate.deployment_step()`,
  `CREATE TRIGGER binding_environment AFTER INSERT OR DELETE ON broker.app_connection_bindings
    FOR EACH ROW EXECUTE FUNCTION gate.binding_environment()`,
  `CREATE TRIGGER rebinding_environment AFTER UPDATE ON broker.app_connection_bindings
    FOR EACH ROW WHEN (OLD.connection_id <> NEW.connection_id) EXECUTE FUNCTION gate.binding_environment()`,
  // Tokens that come and go are in nobody's variables.
  `CREATE TRIGGER connection_environment AFTER UPDATE ON broker.connections
    FOR EACH ROW WHEN (NEW.profile <> 'composio_managed' AND (OLD.secret_version <> NEW.secret_version
      OR OLD.status <> NEW.status OR OLD.metadata <> NEW.metadata OR OLD.profile <> NEW.profile))
    EXECUTE FUNCTION gate.connection_environment()`,
  `CREATE CONSTRAINT TRIGGER deployment_event AFTER UPDATE ON broker.deployments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.env_wanted <> NEW.env_wanted OR OLD.restart <> NEW.restart OR OLD.status <> NEW.status)
    EXECUTE FUNCTION gate.deployment_event()`,

  `RESET ROLE`
)
