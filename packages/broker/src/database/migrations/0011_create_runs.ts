/**
 * Runs, as they report, and bindings that move from one app to another.
 *
 * A binding moves by an update of its row, so there is no moment in which two
 * apps, or none, have it. Whether its old consumer has let go of it is judged
 * again once both deployments are locked; if not, the move is undone and the
 * hand-over goes on draining.
 *
 * Locks are taken in one order: the connection, its binding, the deployments by
 * app, the hand-over, and the tenant's audit head last.
 */
import { statements } from "../statements.ts"

const functions = {
  server: [
    "environment(bytea, text)",
    "report_run(bytea, uuid, text, bigint, bigint, text, int, text)",
    "settle_hand_over(uuid, boolean)"
  ],
  triggers: ["moved_environment()", "hand_over_unbound()", "hand_over_destroyed()", "pause_event()"],
  inside: ["lets_go(uuid, uuid, uuid, jsonb)", "settle(uuid, uuid, boolean, jsonb)"]
}

/** Who was not heard for so long is not there: three reports. */
const silent = "interval '60 seconds'"

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  // Of the current run, which is told to pause: for this hand-over.
  `ALTER TABLE broker.deployments ADD run_paused_for uuid`,

  // Those another run took over from, for a day after they were last heard of: whoever comes late does not take over.
  `CREATE TABLE broker.superseded_runs (
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    run_id uuid NOT NULL,
    seen_at timestamptz NOT NULL,
    exited boolean NOT NULL,
    PRIMARY KEY (tenant_id, app_id, run_id),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.deployments (tenant_id, app_id) ON DELETE CASCADE
  )`,
  `ALTER TABLE broker.superseded_runs ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE broker.superseded_runs FORCE ROW LEVEL SECURITY`,
  // The server may not touch them; if it ever may, then those of one tenant.
  `CREATE POLICY tenant ON broker.superseded_runs FOR ALL TO vendo_server
    USING (tenant_id = (SELECT gate.tenant())) WITH CHECK (tenant_id = (SELECT gate.tenant()))`,
  `CREATE POLICY gate ON broker.superseded_runs FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON broker.superseded_runs TO vendo_gate`,
  `GRANT UPDATE (app_id, app_kind, created_at) ON broker.app_connection_bindings TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  // Everything a deployment is started with, at one moment and with its version: the connections, whose credentials are
  // vended afterwards, and its own variables, which are recorded as handed out.
  `CREATE FUNCTION gate.environment(h bytea, request text)
    RETURNS TABLE (decision text, tenant_id uuid, app_id uuid, deployment jsonb, env_wanted float8, restart float8,
      env_version bigint, dek_version int, kek_id text, wrapped bytea, env_box bytea, bound jsonb)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE k record;
    BEGIN
      SELECT c.decision, c.tenant_id, c.key_id, c.app_id,
          CASE WHEN d.app_id IS NOT NULL THEN jsonb_build_object('id', a.id, 'slug', a.slug, 'name', a.name,
            'kind', a.kind, 'health', d.manifest -> 'health') END AS deployment,
          d.env_wanted, d.restart, d.env_version, e.version AS dek_version, e.kek_id, e.wrapped, d.env_box, b.bound
        INTO k
        FROM gate.caller(h) c CROSS JOIN gate.bound_connections(h, '{}') b
        LEFT JOIN broker.deployments d ON c.decision = 'known' AND d.tenant_id = c.tenant_id AND d.app_id = c.app_id
          AND d.status <> 'destroyed'
        LEFT JOIN broker.apps a ON a.tenant_id = d.tenant_id AND a.id = d.app_id
        LEFT JOIN broker.tenant_keys e ON e.tenant_id = d.tenant_id AND e.version = d.env_dek_version
          AND e.state <> 'destroyed';
      IF NOT FOUND THEN RETURN; END IF;
      IF k.deployment IS NOT NULL THEN
        PERFORM gate.append(ARRAY[k.tenant_id], ARRAY[jsonb_build_object('action', 'environment', 'outcome', 'granted',
          'key', k.key_id, 'app', k.app_id, 'version', k.env_wanted, 'request', request)]);
      END IF;
      RETURN QUERY SELECT k.decision, k.tenant_id, k.app_id, k.deployment, k.env_wanted::float8, k.restart::float8,
        k.env_version, k.dek_version, k.kek_id, k.wrapped, k.env_box, k.bound;
    END $$`,

  // Whether no command of the app can be using what is to be handed over. Of the run that is just reporting, the report
  // counts, unless it is older than what is known of it. A pause counts of a run that was told to pause for this very
  // hand-over: one from before may be over already.
  `CREATE FUNCTION gate.lets_go(t uuid, app uuid, hand_over uuid, report jsonb) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
      SELECT NOT EXISTS (SELECT FROM broker.deployments d
          CROSS JOIN LATERAL (SELECT CASE WHEN d.run_id::text = report ->> 'run' AND (report ->> 'said' = 'exited'
              OR ((report ->> 'env')::bigint >= d.run_env_version AND (report ->> 'anew')::bigint >= d.run_restart))
            THEN report ->> 'said' ELSE d.run_state END AS said) r
          WHERE d.tenant_id = t AND d.app_id = app AND d.run_state <> 'exited' AND d.run_seen_at > now() - ${silent}
            AND r.said <> 'exited' AND (r.said <> 'paused' OR d.run_paused_for IS DISTINCT FROM hand_over))
        AND NOT EXISTS (SELECT FROM broker.superseded_runs s
          WHERE s.tenant_id = t AND s.app_id = app AND NOT s.exited AND s.seen_at > now() - ${silent}
            AND (s.run_id::text IS DISTINCT FROM report ->> 'run' OR report ->> 'said' <> 'exited'))
    $$`,

  // Moves what is handed over, as soon as its old consumer has let go of it, or anyway. Answers the new state, if it has one.
  `CREATE FUNCTION gate.settle(t uuid, hand_over uuid, forced boolean, report jsonb) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      h broker.hand_overs%ROWTYPE;
      free boolean;
      why text;
    BEGIN
      SELECT x.* INTO h FROM broker.hand_overs x WHERE x.tenant_id = t AND x.id = hand_over AND x.state = 'draining';
      IF NOT FOUND OR NOT (forced OR gate.lets_go(t, h.from_app, h.id, report)) THEN RETURN NULL; END IF;
      PERFORM FROM broker.connections c
        WHERE c.tenant_id = t AND c.id = h.connection_id AND c.status <> 'revoked' FOR SHARE;
      IF NOT FOUND THEN
        why := 'the connection was revoked';
      ELSE
        BEGIN
          UPDATE broker.app_connection_bindings b SET app_id = a.id, app_kind = a.kind, created_at = now()
            FROM broker.apps a
            WHERE a.tenant_id = t AND a.id = h.to_app AND b.tenant_id = t AND b.app_id = h.from_app
              AND b.integration = h.integration AND b.user_subject = '' AND b.connection_id = h.connection_id;
          IF NOT FOUND THEN
            why := 'it is not bound to its old consumer any more';
          ELSE
            -- Both deployments are locked by now, and what was true a moment ago may not be.
            free := gate.lets_go(t, h.from_app, h.id, report);
            UPDATE broker.hand_overs x SET state = 'moved', ended_at = now(), reason = CASE
                WHEN NOT free THEN 'by force: its old consumer may still be using it'
                WHEN report IS NULL THEN 'no run was using it'
                ELSE 'its old consumer stopped using it' END
              WHERE x.tenant_id = t AND x.id = h.id AND x.state = 'draining' AND (free OR forced);
            IF NOT FOUND THEN RAISE EXCEPTION 'not yet' USING errcode = 'VD001'; END IF;
            -- The new consumer is started anew with it, and the old one without it, if its run is to be heard of again.
            UPDATE broker.deployments d SET restart = d.restart + 1
              WHERE d.tenant_id = t AND d.run_state <> 'exited' AND (d.app_id = h.to_app OR (d.app_id = h.from_app
                AND (d.run_id::text IS DISTINCT FROM report ->> 'run' OR report ->> 'said' <> 'exited')
                AND d.run_paused_for IS DISTINCT FROM h.id));
            RETURN 'moved';
          END IF;
        EXCEPTION
          WHEN SQLSTATE 'VD001' THEN RETURN NULL;
          WHEN SQLSTATE 'VD002' THEN why := 'its new consumer was destroyed';
          WHEN unique_violation THEN why := 'its new consumer uses another connection by now';
        END;
      END IF;
      -- Whoever reports locks it next, and hand-overs come after deployments.
      PERFORM FROM broker.deployments d WHERE d.tenant_id = t AND d.app_id = h.from_app FOR UPDATE;
      UPDATE broker.hand_overs x SET state = 'cancelled', ended_at = now(), reason = why
        WHERE x.tenant_id = t AND x.id = h.id AND x.state = 'draining';
      RETURN 'cancelled';
    END $$`,

  // For whoever manages the tenant.
  `CREATE FUNCTION gate.settle_hand_over(hand_over uuid, forced boolean) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT gate.settle(gate.tenant(), hand_over, forced, NULL)
    $$`,

  // What a run says of itself, and what it is told. The answer is of this moment; whatever is lost on the way is said
  // and told again by the next report. One that changes nothing writes the time and no more.
  `CREATE FUNCTION gate.report_run(h bytea, run uuid, said text, env bigint, anew bigint, well text, code int,
      request text)
    RETURNS TABLE (decision text, app_id uuid, told text, env_wanted float8, restart float8, about jsonb)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
      k record;
      d broker.deployments%ROWTYPE;
      o broker.hand_overs%ROWTYPE;
      moved uuid;
      fresh boolean;
      follows text;
    BEGIN
      SELECT c.* INTO k FROM gate.caller(h) c;
      IF NOT FOUND THEN RETURN; END IF;
      decision := k.decision;
      app_id := k.app_id;
      -- The keys of what was destroyed are over. Whoever had one still hears that it is to stop, and nothing else.
      IF k.decision IN ('app_revoked', 'app_expired') AND EXISTS (SELECT FROM broker.deployments x
        JOIN broker.tenants t ON t.id = x.tenant_id AND t.status = 'active'
        WHERE x.tenant_id = k.tenant_id AND x.app_id = k.app_id AND x.status = 'destroyed')
      THEN
        decision := 'known';
        told := 'destroyed';
        env_wanted := 0;
        restart := 0;
        RETURN NEXT;
        RETURN;
      END IF;
      IF k.decision <> 'known' OR k.app_id IS NULL THEN RETURN NEXT; RETURN; END IF;

      SELECT x.* INTO o FROM broker.hand_overs x
        WHERE x.tenant_id = k.tenant_id AND x.from_app = k.app_id AND x.state = 'draining';
      IF FOUND AND said IN ('paused', 'exited') THEN
        IF gate.settle(k.tenant_id, o.id, false,
          jsonb_build_object('run', run, 'said', said, 'env', env, 'anew', anew)) = 'moved' THEN moved := o.id; END IF;
      END IF;

      SELECT x.* INTO d FROM broker.deployments x WHERE x.tenant_id = k.tenant_id AND x.app_id = k.app_id FOR UPDATE;
      IF NOT FOUND THEN RETURN NEXT; RETURN; END IF;
      -- Nobody was ever given newer ones.
      env := greatest(least(env, d.env_wanted), 0);
      anew := greatest(least(anew, d.restart), 0);
      fresh := d.run_id IS DISTINCT FROM run;
      UPDATE broker.superseded_runs s SET seen_at = now(), exited = s.exited OR said = 'exited'
        WHERE s.tenant_id = k.tenant_id AND s.app_id = k.app_id AND s.run_id = run;
      IF FOUND THEN
        told := 'superseded';
      ELSIF d.status = 'destroyed' THEN
        told := 'destroyed';
      ELSIF fresh AND said = 'exited' AND d.run_state <> 'exited' THEN
        -- First heard of when it is over: nobody's place is taken.
        INSERT INTO broker.superseded_runs (tenant_id, app_id, run_id, seen_at, exited)
          VALUES (k.tenant_id, k.app_id, run, now(), true);
        told := 'superseded';
      ELSE
        SELECT x.* INTO o FROM broker.hand_overs x
          WHERE x.tenant_id = k.tenant_id AND x.from_app = k.app_id AND x.state = 'draining';
        told := CASE WHEN d.wanted = 'stop' THEN 'stopped' WHEN o.id IS NOT NULL THEN 'draining' ELSE 'run' END;
        IF told = 'draining' THEN
          about := jsonb_build_object('integration', o.integration, 'to',
            (SELECT a.slug FROM broker.apps a WHERE a.tenant_id = o.tenant_id AND a.id = o.to_app));
        END IF;
        IF fresh AND d.run_id IS NOT NULL THEN
          INSERT INTO broker.superseded_runs (tenant_id, app_id, run_id, seen_at, exited)
            VALUES (k.tenant_id, k.app_id, d.run_id, d.run_seen_at, d.run_state = 'exited');
          DELETE FROM broker.superseded_runs s WHERE s.tenant_id = k.tenant_id AND s.app_id = k.app_id
            AND s.seen_at < now() - interval '1 day';
        END IF;
        -- What is older than what was known is not written.
        IF fresh OR (d.run_state <> 'exited'
          AND (said = 'exited' OR (env >= d.run_env_version AND anew >= d.run_restart)))
        THEN
          follows := CASE
            WHEN said = 'exited' THEN CASE WHEN code = 0 OR d.wanted = 'stop' THEN 'stopped' ELSE 'failed' END
            WHEN d.wanted = 'stop' THEN CASE WHEN d.status IN ('running', 'restarting') THEN 'stopping' ELSE d.status END
            WHEN d.status IN ('installed', 'stopped', 'failed') THEN 'running'
            WHEN d.status = 'running' AND anew < d.restart THEN 'restarting'
            WHEN d.status = 'restarting' AND said = 'running' AND anew = d.restart THEN 'running'
            ELSE d.status END;
          -- Who is let go on after a pause starts anew, and with that makes every word from before it an old one.
          IF told = 'run' AND said <> 'exited' AND NOT fresh AND d.run_paused_for IS NOT NULL THEN
            d.restart := d.restart + 1;
          END IF;
          UPDATE broker.deployments x SET run_id = run, run_state = said, run_health = well, run_exit_code = code,
              run_env_version = CASE WHEN fresh OR said = 'running' THEN env ELSE d.run_env_version END,
              run_restart = CASE WHEN fresh OR said = 'running' THEN anew ELSE d.run_restart END,
              run_started_at = CASE WHEN fresh THEN now() ELSE d.run_started_at END, run_seen_at = now(),
              run_paused_for = CASE told WHEN 'draining' THEN o.id END, restart = d.restart, status = follows,
              status_reason = CASE follows WHEN d.status THEN d.status_reason
                WHEN 'running' THEN CASE d.status WHEN 'restarting' THEN 'its run started anew' ELSE 'its run started' END
                WHEN 'restarting' THEN 'its run is to start anew'
                WHEN 'stopping' THEN 'its run is to stop'
                ELSE format('its run ended with %s', code) END
            WHERE x.tenant_id = k.tenant_id AND x.app_id = k.app_id;
        END IF;
      END IF;
      env_wanted := d.env_wanted;
      restart := d.restart;
      IF moved IS NOT NULL THEN
        PERFORM gate.append(ARRAY[k.tenant_id], ARRAY[jsonb_build_object('action', 'hand_over.move', 'outcome', 'done',
          'actor', jsonb_build_object('kind', 'key', 'id', k.key_id),
          'object', jsonb_build_object('kind', 'hand_over', 'id', moved), 'request', request)]);
      END IF;
      RETURN NEXT;
    END $$`,

  // Of both apps, as if it were taken from the one and given to the other.
  `CREATE FUNCTION gate.moved_environment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM FROM broker.deployments d WHERE d.tenant_id = NEW.tenant_id AND d.app_id IN (OLD.app_id, NEW.app_id)
        ORDER BY d.app_id FOR UPDATE;
      PERFORM gate.refuse_destroyed(NEW.tenant_id, NEW.app_id);
      UPDATE broker.deployments d SET env_wanted = d.env_wanted + 1,
          restart = d.restart + CASE WHEN d.manifest -> 'restart_on' ? NEW.integration THEN 1 ELSE 0 END
        WHERE d.tenant_id = NEW.tenant_id AND d.app_id IN (OLD.app_id, NEW.app_id) AND NEW.user_subject = '';
      RETURN NULL;
    END $$`,

  `CREATE FUNCTION gate.hand_over_unbound() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      UPDATE broker.hand_overs h SET state = 'cancelled', ended_at = now(),
          reason = 'it is not bound to its old consumer any more'
        WHERE h.tenant_id = OLD.tenant_id AND h.from_app = OLD.app_id AND h.integration = OLD.integration
          AND h.connection_id = OLD.connection_id AND h.state = 'draining' AND OLD.user_subject = '';
      RETURN NULL;
    END $$`,

  `CREATE FUNCTION gate.hand_over_destroyed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      UPDATE broker.hand_overs h SET state = 'cancelled', ended_at = now(),
          reason = CASE h.from_app WHEN NEW.app_id THEN 'its old' ELSE 'its new' END || ' consumer was destroyed'
        WHERE h.tenant_id = NEW.tenant_id AND NEW.app_id IN (h.from_app, h.to_app) AND h.state = 'draining';
      RETURN NULL;
    END $$`,

  // Unless it was over before it was known.
  `CREATE FUNCTION gate.pause_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM FROM broker.hand_overs h WHERE h.tenant_id = NEW.tenant_id AND h.id = NEW.id AND h.state = 'draining';
      IF FOUND THEN
        PERFORM gate.emit(NEW.tenant_id, NEW.from_app, '', 'deployment.pause_requested',
          jsonb_build_object('slug', NEW.integration));
      END IF;
      RETURN NULL;
    END $$`,

  ...Object.values(functions)
    .flat()
    .map((signature) => `REVOKE ALL ON FUNCTION gate.${signature} FROM PUBLIC`),
  ...functions.server.map((signature) => `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_server`),
  ...functions.triggers.map((signature) => `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_owner`),

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_owner`,

  `CREATE TRIGGER moved_environment AFTER UPDATE ON broker.app_connection_bindings
    FOR EACH ROW WHEN (OLD.app_id <> NEW.app_id) EXECUTE FUNCTION gate.moved_environment()`,
  `CREATE CONSTRAINT TRIGGER moved_event AFTER UPDATE ON broker.app_connection_bindings DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.app_id <> NEW.app_id) EXECUTE FUNCTION gate.binding_event()`,
  // By name behind `binding_environment` and `rebinding_environment`: hand-overs are locked after deployments.
  `CREATE TRIGGER unbound_hand_over AFTER DELETE ON broker.app_connection_bindings
    FOR EACH ROW EXECUTE FUNCTION gate.hand_over_unbound()`,
  `CREATE TRIGGER unbound_hand_over_again AFTER UPDATE ON broker.app_connection_bindings
    FOR EACH ROW WHEN (OLD.connection_id <> NEW.connection_id) EXECUTE FUNCTION gate.hand_over_unbound()`,
  `CREATE TRIGGER destroyed_hand_over AFTER UPDATE OF status ON broker.deployments
    FOR EACH ROW WHEN (NEW.status = 'destroyed' AND OLD.status <> 'destroyed')
    EXECUTE FUNCTION gate.hand_over_destroyed()`,
  `CREATE CONSTRAINT TRIGGER pause_event AFTER INSERT ON broker.hand_overs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'draining') EXECUTE FUNCTION gate.pause_event()`,

  `RESET ROLE`
)
