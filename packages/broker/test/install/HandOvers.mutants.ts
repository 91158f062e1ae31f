import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/HandOvers.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0011_create_runs.ts"
const service = "packages/broker/src/install/HandOvers.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a connection is not moved away from a run that uses it",
    file: gate,
    find: `IF NOT FOUND OR NOT (forced OR gate.lets_go(t, h.from_app, h.id, report)) THEN RETURN NULL; END IF;`,
    replace: `IF NOT FOUND THEN RETURN NULL; END IF; forced := true;`,
    test,
    name: "lets a run go on until it says that it paused"
  },
  {
    control: "a pause that was not told for this hand-over counts for none",
    file: gate,
    find: `(r.said <> 'paused' OR d.run_paused_for IS DISTINCT FROM hand_over)`,
    replace: `r.said <> 'paused'`,
    test,
    name: "takes no pause for its own"
  },
  {
    control: "a pause that is older than what is known of the run counts for nothing",
    file: gate,
    find: `(report ->> 'anew')::bigint >= d.run_restart`,
    replace: `true`,
    test,
    name: "takes no pause for its own"
  },
  {
    control: "who is let go on after a pause starts anew",
    file: gate,
    find: `d.restart := d.restart + 1;`,
    replace: `NULL;`,
    test,
    name: "takes no pause for its own"
  },
  {
    control: "a run that another took over from is waited for",
    file: gate,
    find: `AND NOT s.exited AND s.seen_at > now() - \${silent}`,
    replace: `AND false`,
    test,
    name: "waits for a run that another took over from"
  },
  {
    control: "nobody is waited for who was not heard of for a minute",
    file: gate,
    find: `interval '60 seconds'`,
    replace: `interval '6000 seconds'`,
    test,
    name: "waits for a run that another took over from"
  },
  {
    control: "a run is heard of three times before it is thought to be gone",
    file: gate,
    find: `interval '60 seconds'`,
    replace: `interval '20 seconds'`,
    test,
    name: "waits for a run that another took over from"
  },
  {
    control: "who was moved away from by force starts anew, too",
    file: gate,
    find: `(d.app_id = h.to_app OR (d.app_id = h.from_app`,
    replace: `(d.app_id = h.to_app OR (false AND d.app_id = h.from_app`,
    test,
    name: "by force is done at once"
  },
  {
    control: "the new consumer starts anew",
    file: gate,
    find: `(d.app_id = h.to_app OR (d.app_id = h.from_app`,
    replace: `((d.app_id = h.from_app`,
    test,
    name: "lets a run go on until it says that it paused"
  },
  {
    control: "a run that ended needs no restart",
    file: gate,
    find: `AND (d.run_id::text IS DISTINCT FROM report ->> 'run' OR report ->> 'said' <> 'exited')`,
    replace: ``,
    test,
    name: "is done when the run ends instead"
  },
  {
    control: "a run that may come back starts anew without what was taken from it",
    file: gate,
    find: `AND (d.run_id::text IS DISTINCT FROM report ->> 'run' OR report ->> 'said' <> 'exited')`,
    replace: `AND d.run_id::text IS DISTINCT FROM report ->> 'run'`,
    test,
    name: "whatever comes late of it"
  },
  {
    control: "what was revoked is not moved",
    file: gate,
    find: `AND c.id = h.connection_id AND c.status <> 'revoked' FOR SHARE`,
    replace: `AND c.id = h.connection_id FOR SHARE`,
    test,
    name: "is cancelled by itself"
  },
  {
    control: "a hand-over ends when its binding is taken away",
    file: gate,
    find: `\`CREATE TRIGGER unbound_hand_over AFTER DELETE ON broker.app_connection_bindings
    FOR EACH ROW EXECUTE FUNCTION gate.hand_over_unbound()\`,`,
    replace: ``,
    test,
    name: "is cancelled by itself"
  },
  {
    control: "a hand-over ends when another connection is bound in its place",
    file: gate,
    find: `FOR EACH ROW WHEN (OLD.connection_id <> NEW.connection_id) EXECUTE`,
    replace: `FOR EACH ROW WHEN (false) EXECUTE`,
    test,
    name: "is cancelled by itself"
  },
  {
    control: "a hand-over ends with either of its two deployments",
    file: gate,
    find: `NEW.app_id IN (h.from_app, h.to_app)`,
    replace: `NEW.app_id = h.from_app`,
    test,
    name: "is cancelled by itself"
  },
  {
    control: "who has another connection by now keeps it",
    file: gate,
    find: `WHEN unique_violation THEN why := 'its new consumer uses another connection by now';`,
    replace: ``,
    test,
    name: "is cancelled by itself"
  },
  {
    control: "a move that is done by a run is recorded",
    file: gate,
    find: `IF moved IS NOT NULL THEN`,
    replace: `IF false THEN`,
    test,
    name: "lets a run go on until it says that it paused"
  },
  {
    control: "what changes hands is news for both",
    file: gate,
    find: `WHERE d.tenant_id = NEW.tenant_id AND d.app_id IN (OLD.app_id, NEW.app_id) AND NEW.user_subject = '';`,
    replace: `WHERE d.tenant_id = NEW.tenant_id AND d.app_id = NEW.app_id AND NEW.user_subject = '';`,
    test,
    name: "is done at once where no run"
  },
  {
    control: "who is bound, and who no more, hears of it",
    file: gate,
    find: `FOR EACH ROW WHEN (OLD.app_id <> NEW.app_id) EXECUTE FUNCTION gate.binding_event()`,
    replace: `FOR EACH ROW WHEN (false) EXECUTE FUNCTION gate.binding_event()`,
    test,
    name: "is done at once where no run"
  },
  {
    control: "a run is told of a hand-over at once, and of one that is done of none",
    file: gate,
    find: `AND h.id = NEW.id AND h.state = 'draining';`,
    replace: `AND h.id = NEW.id;`,
    test,
    name: "is done at once where no run"
  },
  {
    control: "a sandbox is refused before its run is told anything",
    file: service,
    find: `only.exclusive && to.kind === "sandbox"`,
    replace: `to.kind === "never"`,
    test,
    name: "never brings an exclusive credential to a sandbox"
  },
  {
    control: "who has one of its own is given no other",
    file: service,
    find: `        if (has) {
          const detail`,
    replace: `        if (has && from === to.id) {
          const detail`,
    test,
    name: "is refused where nothing, or not one thing"
  },
  {
    control: "of several apps one is named",
    file: service,
    find: `if (another !== undefined) {`,
    replace: `if (another === only) {`,
    test,
    name: "is refused where nothing, or not one thing"
  },
  {
    control: "what was destroyed is given nothing",
    file: service,
    find: `if (yield* isDestroyed(target)) return`,
    replace: `if (force && (yield* isDestroyed(target))) return`,
    test,
    name: "is refused where nothing, or not one thing"
  },
  {
    control: "a binding is locked whole before it is handed over, so that two do not wait for each other",
    file: service,
    find: `AND connection_id = \${old.connection_id}
          FOR UPDATE`,
    replace: `AND connection_id = \${old.connection_id}
          FOR SHARE`,
    test,
    name: "wait for each other in no circle"
  }
]
