import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/Runs.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0011_create_runs.ts"

/** What the model of runs sees. */
const name = "and its runs are"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "who lets go of a credential with one consumer starts anew without it",
    file: "packages/broker/src/database/migrations/0010_create_deployments.ts",
    find: `OR (TG_OP = 'DELETE' AND b.exclusive) THEN`,
    replace: `OR (TG_OP = 'DELETE' AND false) THEN`,
    test,
    name
  },
  {
    control: "a run that was taken over from does not take over",
    file: gate,
    find: `      IF FOUND THEN
        told := 'superseded';`,
    replace: `      IF FOUND AND said = 'exited' THEN
        told := 'superseded';`,
    test,
    name: "of a run that was taken over from"
  },
  {
    control: "runs that were taken over from are forgotten after a day",
    file: gate,
    find: `interval '1 day'`,
    replace: `interval '1 year'`,
    test,
    name: "of a run that was taken over from"
  },
  {
    control: "runs that were taken over from are remembered for a day",
    file: gate,
    find: `interval '1 day'`,
    replace: `interval '1 hour'`,
    test,
    name: "of a run that was taken over from"
  },
  {
    control: "a destroyed deployment is changed by no report",
    file: gate,
    find: `ELSIF d.status = 'destroyed' THEN`,
    replace: `ELSIF d.status = 'gone' THEN`,
    test,
    name: "of a run whose deployment was destroyed"
  },
  {
    control: "a run that is heard of only when it is over takes nobody's place",
    file: gate,
    find: `ELSIF fresh AND said = 'exited' AND d.run_state <> 'exited' THEN`,
    replace: `ELSIF false THEN`,
    test,
    name
  },
  {
    control: "what is older than what was known is not written",
    file: gate,
    find: `AND (said = 'exited' OR (env >= d.run_env_version AND anew >= d.run_restart)))`,
    replace: `AND true)`,
    test,
    name
  },
  {
    control: "a run that ended is over",
    file: gate,
    find: `IF fresh OR (d.run_state <> 'exited'`,
    replace: `IF fresh OR (true`,
    test,
    name
  },
  {
    control: "nobody was given what is newer than the newest",
    file: gate,
    find: `env := greatest(least(env, d.env_wanted), 0);`,
    replace: `env := greatest(env, 0);`,
    test,
    name
  },
  {
    control: "an end that was asked for is no failure",
    file: gate,
    find: `CASE WHEN code = 0 OR d.wanted = 'stop' THEN 'stopped'`,
    replace: `CASE WHEN code = 0 THEN 'stopped'`,
    test,
    name
  },
  {
    control: "a restart is over when a command of it runs",
    file: gate,
    find: `AND said = 'running' AND anew = d.restart THEN 'running'`,
    replace: `AND said = 'running' THEN 'running'`,
    test,
    name
  },
  {
    control: "a stop wins over a pause",
    file: gate,
    find: `CASE WHEN d.wanted = 'stop' THEN 'stopped' WHEN o.id IS NOT NULL THEN 'draining' ELSE 'run' END`,
    replace: `CASE WHEN o.id IS NOT NULL THEN 'draining' WHEN d.wanted = 'stop' THEN 'stopped' ELSE 'run' END`,
    test,
    name: "is stopped, started anew"
  },
  {
    control: "what a command was started with is what a running one says",
    file: gate,
    find: `run_env_version = CASE WHEN fresh OR said = 'running' THEN env`,
    replace: `run_env_version = CASE WHEN true THEN env`,
    test,
    name
  },
  {
    control: "a report is taken of a key that is good",
    file: gate,
    find: `IF k.decision <> 'known' OR k.app_id IS NULL THEN RETURN NEXT; RETURN; END IF;`,
    replace: `IF k.app_id IS NULL THEN RETURN NEXT; RETURN; END IF; decision := 'known';`,
    test,
    name: "is taken of a deployment"
  },
  {
    control: "only a run that exited has an exit code",
    file: "packages/broker/src/install/Runs.ts",
    find: `(state === "exited") !== (exit_code !== null)`,
    replace: `state === "exited" && exit_code === null`,
    test,
    name: "is taken of a deployment"
  },
  {
    control: "who is not heard of is not waited for when it is to stop",
    file: "packages/broker/src/install/Lifecycle.ts",
    find: `AND \${isHeard} THEN 'stopping'`,
    replace: `AND run_state <> 'exited' THEN 'stopping'`,
    test,
    name: "is stopped, started anew"
  },
  {
    control: "only what runs is restarted",
    file: "packages/broker/src/install/Lifecycle.ts",
    find: `AND status IN ('running', 'restarting') AND \${isHeard}`,
    replace: `AND status IN ('running', 'restarting', 'failed') AND run_seen_at > now() - interval '60 seconds'`,
    test,
    name: "is stopped, started anew"
  },
  {
    control: "what was not heard of is not restarted",
    file: "packages/broker/src/install/Lifecycle.ts",
    find: `AND \${isHeard}
            RETURNING`,
    replace: `AND run_state <> 'exited'
            RETURNING`,
    test,
    name: "is stopped, started anew"
  },
  {
    control: "a run of what was destroyed hears of it, whatever became of its key",
    file: gate,
    find: `IF k.decision IN ('app_revoked', 'app_expired') AND EXISTS`,
    replace: `IF k.decision IN ('app_unknown') AND EXISTS`,
    test,
    name: "of what was destroyed"
  },
  {
    control: "who is suspended hears nothing",
    file: gate,
    find: `AND t.status = 'active'
        WHERE x.tenant_id`,
    replace: `
        WHERE x.tenant_id`,
    test,
    name: "of what was destroyed"
  },
  {
    control: "a run without a place in the newest hand-over is told so",
    file: "packages/broker/src/install/wanted.ts",
    find: `superseded: () => ({ action: "stop"`,
    replace: `superseded: () => ({ action: "run"`,
    test: "packages/broker/test/install/wanted.test.ts"
  }
]
