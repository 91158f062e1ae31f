/**
 * What an app is told of: triggers write it, so that no way of changing
 * something can forget to.
 *
 * Ids are counted on the tenant's audit head, in triggers that wait for the
 * commit. A transaction of the service changes rows of one tenant, and takes
 * that head after everything else it locks, whether for its audit record or
 * here; so whoever waits for a head holds nothing the head's holder still wants,
 * and nobody waits in a circle. The head is held until the commit: the next id
 * is handed out when the one before can be seen, so no event turns up behind
 * one that was already delivered.
 */
import { statements } from "../statements.ts"

const functions = {
  server: [
    "open_stream(bytea, uuid, float8)",
    "events(bytea, jsonb, uuid, float8, bigint)",
    "close_stream(bytea, uuid)"
  ],
  triggers: ["binding_event()", "connection_event()", "ledger_event()", "wake()"],
  inside: ["listener(bytea, jsonb)", "emit(uuid, uuid, text, text, jsonb)"]
}

/** Waits for the commit; what is behind `when` is looked at when the row changes. */
const onCommit = (name: string, event: string, table: string, call: string, when = "") =>
  `CREATE CONSTRAINT TRIGGER ${name} AFTER ${event} ON broker.${table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW ${when === "" ? "" : `WHEN (${when})`} EXECUTE FUNCTION gate.${call}()`

export default statements(
  `SET LOCAL ROLE vendo_owner`,

  `ALTER TABLE broker.audit_heads ADD event_id bigint NOT NULL DEFAULT 0`,

  // They hang on the head, which whoever writes them holds: any other row would be one more lock. An app that is deleted
  // takes its bindings along, so there are events of apps that are gone.
  `CREATE TABLE broker.events (
    tenant_id uuid NOT NULL REFERENCES broker.audit_heads ON DELETE CASCADE,
    id bigint NOT NULL,
    app_id uuid NOT NULL,
    user_subject text NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z]+\\.[a-z_]+$'),
    body jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
  )`,
  `CREATE UNIQUE INDEX events_of_app ON broker.events (tenant_id, app_id, user_subject, id)`,

  // A place for each stream there may be. A process that dies stops renewing it.
  `CREATE TABLE broker.event_streams (
    tenant_id uuid NOT NULL,
    app_id uuid NOT NULL,
    slot smallint NOT NULL CHECK (slot BETWEEN 1 AND 5),
    stream uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, app_id, slot),
    FOREIGN KEY (tenant_id, app_id) REFERENCES broker.apps (tenant_id, id) ON DELETE CASCADE
  )`,

  ...["events", "event_streams"].flatMap((table) => [
    `ALTER TABLE broker.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE broker.${table} FORCE ROW LEVEL SECURITY`,
    // The server may not touch them; if it ever may, then those of one tenant.
    `CREATE POLICY tenant ON broker.${table} FOR ALL TO vendo_server
      USING (tenant_id = (SELECT gate.tenant())) WITH CHECK (tenant_id = (SELECT gate.tenant()))`,
    `CREATE POLICY gate ON broker.${table} FOR ALL TO vendo_gate USING (true) WITH CHECK (true)`
  ]),
  `GRANT SELECT ON broker.apps, broker.events, broker.event_streams TO vendo_gate`,
  `GRANT INSERT, DELETE ON broker.events, broker.event_streams TO vendo_gate`,
  `GRANT UPDATE ON broker.event_streams TO vendo_gate`,

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_gate`,

  // The one place where events are written. Of each app, and each of its users, the last 100 are kept.
  `CREATE FUNCTION gate.emit(t uuid, app uuid, subject text, what text, fields jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE n bigint;
    BEGIN
      UPDATE broker.audit_heads h SET event_id = h.event_id + 1 WHERE h.tenant_id = t RETURNING h.event_id INTO n;
      -- A tenant that is being deleted: nobody is left to tell.
      IF NOT FOUND THEN RETURN; END IF;
      INSERT INTO broker.events (tenant_id, id, app_id, user_subject, kind, body, at)
        VALUES (t, n, app, subject, what, fields, clock_timestamp());
      DELETE FROM broker.events e WHERE e.tenant_id = t AND e.app_id = app AND e.user_subject = subject AND e.id <= (
        SELECT x.id FROM broker.events x WHERE x.tenant_id = t AND x.app_id = app AND x.user_subject = subject
          ORDER BY x.id DESC OFFSET 100 LIMIT 1);
      PERFORM pg_notify('vendo_events', t::text);
    END $$`,

  `CREATE FUNCTION gate.binding_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        PERFORM gate.emit(OLD.tenant_id, OLD.app_id, OLD.user_subject, 'connection.disconnected',
          jsonb_build_object('slug', OLD.integration, 'connection_id', OLD.connection_id));
      END IF;
      IF TG_OP <> 'DELETE' THEN
        PERFORM gate.emit(NEW.tenant_id, NEW.app_id, NEW.user_subject, 'connection.connected',
          jsonb_build_object('slug', NEW.integration, 'connection_id', NEW.connection_id));
      END IF;
      RETURN NULL;
    END $$`,

  // For each app it is bound to. The head comes first: who was unbound before this commit is not told of it afterwards.
  `CREATE FUNCTION gate.connection_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      bound record;
      fields jsonb := jsonb_build_object('slug', NEW.integration, 'connection_id', NEW.id);
    BEGIN
      PERFORM FROM broker.audit_heads h WHERE h.tenant_id = NEW.tenant_id FOR UPDATE;
      FOR bound IN SELECT b.app_id, b.user_subject FROM broker.app_connection_bindings b
        WHERE b.tenant_id = NEW.tenant_id AND b.connection_id = NEW.id ORDER BY b.app_id
      LOOP
        IF NEW.name <> OLD.name OR NEW.metadata <> OLD.metadata THEN
          PERFORM gate.emit(NEW.tenant_id, bound.app_id, bound.user_subject, 'connection.changed', fields);
        END IF;
        IF NEW.status <> OLD.status THEN
          PERFORM gate.emit(NEW.tenant_id, bound.app_id, bound.user_subject, 'connection.status_changed',
            fields || jsonb_build_object('status', CASE NEW.status WHEN 'active' THEN 'connected'
              WHEN 'pending' THEN 'pending_setup' ELSE NEW.status END));
        END IF;
      END LOOP;
      RETURN NULL;
    END $$`,

  // What is used is news for the app that used it; what is left, for every app of the tenant.
  `CREATE FUNCTION gate.ledger_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      app uuid;
      remaining jsonb;
    BEGIN
      PERFORM FROM broker.audit_heads h WHERE h.tenant_id = NEW.tenant_id FOR UPDATE;
      IF NEW.kind = 'usage' THEN
        PERFORM gate.emit(NEW.tenant_id, NEW.app_id, '', 'billing.usage_recorded',
          jsonb_build_object('provider', NEW.provider, 'micros', -NEW.amount_micros));
      END IF;
      SELECT jsonb_build_object('remaining_micros',
          least(greatest(coalesce(sum(l.amount_micros), 0), 0), 9007199254740991)) INTO remaining
        FROM broker.ledger l WHERE l.tenant_id = NEW.tenant_id;
      FOR app IN SELECT a.id FROM broker.apps a WHERE a.tenant_id = NEW.tenant_id ORDER BY a.id LOOP
        PERFORM gate.emit(NEW.tenant_id, app, '', 'billing.balance_changed', remaining);
      END LOOP;
      RETURN NULL;
    END $$`,

  // No event, but streams must ask again whether they may go on.
  `CREATE FUNCTION gate.wake() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pg_notify('vendo_events', to_jsonb(NEW) ->> TG_ARGV[0]);
      RETURN NULL;
    END $$`,

  // Who listens: an app, and perhaps for one of its users.
  `CREATE FUNCTION gate.listener(h bytea, claims jsonb) RETURNS TABLE (decision text, tenant_id uuid, app_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      SELECT CASE WHEN k.decision = 'known' AND k.app_id IS NULL THEN 'forbidden' ELSE k.decision END, k.tenant_id, k.app_id
      FROM gate.caller_as(h, claims) k
    $$`,

  // Takes the first place that is free or was left behind. All take them in one order, so none waits for another in a
  // circle; and a place is one row, so there is never one more.
  `CREATE FUNCTION gate.open_stream(h bytea, opened uuid, lease_ms float8)
    RETURNS TABLE (decision text, tenant_id uuid, latest bigint, wait_ms float8)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
      k record;
      taken boolean := false;
    BEGIN
      SELECT l.* INTO k FROM gate.listener(h, '{}') l;
      IF NOT FOUND THEN RETURN; END IF;
      decision := k.decision;
      tenant_id := k.tenant_id;
      IF decision = 'known' THEN
        SELECT a.event_id INTO latest FROM broker.audit_heads a WHERE a.tenant_id = k.tenant_id;
        FOR n IN 1 .. 5 LOOP
          INSERT INTO broker.event_streams AS s (tenant_id, app_id, slot, stream, lease_until)
            VALUES (k.tenant_id, k.app_id, n, opened, clock_timestamp() + lease_ms * interval '1 millisecond')
            ON CONFLICT (tenant_id, app_id, slot) DO UPDATE
              SET stream = excluded.stream, lease_until = excluded.lease_until
              WHERE s.lease_until <= clock_timestamp();
          taken := FOUND;
          EXIT WHEN taken;
        END LOOP;
        IF NOT taken THEN
          decision := 'full';
          SELECT extract(epoch FROM min(s.lease_until) - clock_timestamp()) * 1000 INTO wait_ms
            FROM broker.event_streams s WHERE s.tenant_id = k.tenant_id AND s.app_id = k.app_id;
        END IF;
      END IF;
      RETURN NEXT;
    END $$`,

  // What came after an id, for who may hear it at this moment. With a lease, the place is kept for that much longer.
  `CREATE FUNCTION gate.events(h bytea, claims jsonb, opened uuid, lease_ms float8, after bigint)
    RETURNS TABLE (decision text, expires_ms float8, heard jsonb)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE k record;
    BEGIN
      SELECT l.* INTO k FROM gate.listener(h, claims) l;
      IF NOT FOUND THEN RETURN; END IF;
      decision := k.decision;
      IF decision = 'known' THEN
        IF lease_ms IS NULL THEN
          PERFORM FROM broker.event_streams s
            WHERE s.tenant_id = k.tenant_id AND s.app_id = k.app_id AND s.stream = opened;
        ELSE
          UPDATE broker.event_streams s SET lease_until = clock_timestamp() + lease_ms * interval '1 millisecond'
            WHERE s.tenant_id = k.tenant_id AND s.app_id = k.app_id AND s.stream = opened;
        END IF;
        IF NOT FOUND THEN decision := 'lost'; END IF;
      END IF;
      IF decision = 'known' THEN
        SELECT extract(epoch FROM a.expires_at - now()) * 1000 INTO expires_ms
          FROM broker.app_keys a WHERE a.key_hash = h;
        SELECT coalesce(jsonb_agg(e.body || jsonb_build_object('id', e.id::text, 'kind', e.kind,
            'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY e.id), '[]') INTO heard
          FROM broker.events e WHERE e.tenant_id = k.tenant_id AND e.app_id = k.app_id
            AND e.user_subject = coalesce(claims ->> 'sub', '') AND e.id > after;
      END IF;
      RETURN NEXT;
    END $$`,

  // Whatever became of the key meanwhile.
  `CREATE FUNCTION gate.close_stream(h bytea, opened uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DELETE FROM broker.event_streams s USING broker.app_keys k
      WHERE k.key_hash = h AND s.tenant_id = k.tenant_id AND s.app_id = k.app_id AND s.stream = opened
    $$`,

  ...Object.values(functions)
    .flat()
    .map((signature) => `REVOKE ALL ON FUNCTION gate.${signature} FROM PUBLIC`),
  ...functions.server.map((signature) => `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_server`),
  ...functions.triggers.map((signature) => `GRANT EXECUTE ON FUNCTION gate.${signature} TO vendo_owner`),

  `RESET ROLE`,
  `SET LOCAL ROLE vendo_owner`,

  onCommit("binding_event", "INSERT OR DELETE", "app_connection_bindings", "binding_event"),
  // Its slot follows the connection's, which is no news.
  onCommit(
    "rebinding_event",
    "UPDATE",
    "app_connection_bindings",
    "binding_event",
    "OLD.connection_id <> NEW.connection_id"
  ),
  // A refreshed token is none either.
  onCommit(
    "connection_event",
    "UPDATE",
    "connections",
    "connection_event",
    "OLD.status <> NEW.status OR OLD.name <> NEW.name OR OLD.metadata <> NEW.metadata"
  ),
  onCommit("ledger_event", "INSERT", "ledger", "ledger_event"),

  `CREATE TRIGGER wake AFTER UPDATE OF revoked_at, expires_at ON broker.app_keys
    FOR EACH ROW EXECUTE FUNCTION gate.wake('tenant_id')`,
  `CREATE TRIGGER wake AFTER UPDATE OF status ON broker.tenants FOR EACH ROW EXECUTE FUNCTION gate.wake('id')`,
  `CREATE TRIGGER wake AFTER INSERT OR UPDATE ON broker.removed_users
    FOR EACH ROW EXECUTE FUNCTION gate.wake('tenant_id')`,

  `RESET ROLE`
)
