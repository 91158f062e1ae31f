import { assert, layer } from "@effect/vitest"
import { Array, Effect, Option, Random, Redacted } from "effect"
import { Deployments } from "@vendodev/broker/install/Deployments"
import { HandOvers } from "@vendodev/broker/install/HandOvers"
import { Lifecycle } from "@vendodev/broker/install/Lifecycle"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { type RunReport, RunState } from "@vendodev/domain/Deployment"
import type { HandOver, HandOverId } from "@vendodev/domain/HandOver"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { seeded } from "../access/fixtures/seeded.ts"
import { administer, broker, connect, install, later, newRun, report } from "./fixtures/running.ts"
import { initial, type Model, type Operation, type Outcome, play, wishes } from "./fixtures/model.ts"

const telegram = IntegrationSlug.make("telegram")
let bots = 1000

/** A deployment that may hold a bot, another that may be given it, and the runs there can be. */
const world = Effect.gen(function* () {
  const { tenant, within } = yield* Fixture.makeTenant()
  const credential = `${++bots}:bot_unsaid`
  const made = yield* within(
    Effect.gen(function* () {
      const here = yield* install({ slug: "here", integrations: ["telegram"] })
      const there = yield* install({ slug: "there", integrations: ["telegram"] })
      return { here, there, bot: yield* connect("telegram", credential) }
    })
  )
  return { ...made, tenant, within, runs: Array.makeBy(4, newRun) }
})
type World = Effect.Success<typeof world>

const below = (n: number) => Random.nextIntBetween(0, n)
const oneIn = (n: number) => Effect.map(below(n), (rolled) => rolled === 0)

/** Mostly of now, sometimes late, and sometimes of what never was. */
const version = Effect.fnUntraced(function* (now: number) {
  if (yield* oneIn(20)) return now + 5
  return (yield* oneIn(4)) ? Math.max(0, now - 1 - (yield* below(3))) : now
})

const randomReport = Effect.fnUntraced(function* ({ env, restart }: Model) {
  const any = yield* Random.choice(RunState.literals)
  // One that is over is mostly heard of no more, and then nothing would happen for long.
  const state = any === "exited" && (yield* below(3)) > 0 ? ("running" as const) : any
  const exit_code = state === "exited" ? yield* Random.choice([0, 1, 143]) : null
  const health = "unknown" as const
  return { state, env_version: yield* version(env), restart: yield* version(restart), health, exit_code }
})

const randomOperation = Effect.fnUntraced(function* (model: Model, { runs }: World) {
  const known = model.run !== null && (yield* below(3)) > 0 ? runs.filter((id) => id === model.run?.id) : runs
  const run = yield* Random.choice(Array.isArrayNonEmpty(known) ? known : runs)
  const report = yield* randomReport(model)
  const wish = yield* Random.choice(wishes)
  const operation: Operation = (yield* below(100)) < 65 ? { run, report } : { wish }
  return operation
}, Effect.orDie)

const stateOf = ({ state }: HandOver): Outcome => state

/** The same, by the service. */
const performed = Effect.fnUntraced(function* ({ bot, here, tenant, there, within }: World, operation: Operation) {
  if ("run" in operation) {
    return yield* Effect.map(report(here.key, operation.run, operation.report), ({ action }): Outcome => action)
  }
  const lifecycle = yield* Lifecycle
  const handOvers = yield* HandOvers
  const bindings = yield* Bindings
  const done: Effect.Effect<Outcome> = Effect.succeed("done")
  const refused: Effect.Effect<Outcome> = Effect.succeed("conflict")
  const cancel = Effect.gen(function* () {
    const [found] = yield* administer<{ readonly id: HandOverId }>(
      `SELECT id FROM broker.hand_overs WHERE from_app = '${here.id}' AND state = 'draining'`
    )
    return found === undefined ? yield* done : stateOf(yield* within(handOvers.cancel(found.id)))
  })
  switch (operation.wish) {
    case "restart":
    case "stop":
    case "start":
      return yield* within(lifecycle[operation.wish](here.id)).pipe(
        Effect.andThen(done),
        Effect.catchTag("conflict", () => refused)
      )
    case "bind":
      return yield* within(bindings.set(here.id, telegram, bot.id)).pipe(
        Effect.andThen(done),
        Effect.catchTag("connection_in_use", () => refused)
      )
    case "unbind":
      return yield* Effect.andThen(within(bindings.remove(here.id, telegram)), done)
    case "move":
    case "force": {
      const move = { from: here.id, to: there.id, force: operation.wish === "force" }
      return yield* within(handOvers.move(telegram, move)).pipe(
        Effect.map(stateOf),
        Effect.catchTag("conflict", () => refused)
      )
    }
    case "return": {
      const move = { from: there.id, to: here.id }
      return yield* within(handOvers.move(telegram, move)).pipe(
        Effect.map(stateOf),
        Effect.catchTag("conflict", () => refused)
      )
    }
    case "cancel":
      return yield* cancel
    case "silence":
      return yield* Effect.andThen(later(tenant.id, 61), done)
  }
})

/** All that is written down of the tenant. */
interface Trace {
  readonly steps: number
  readonly events: number
  readonly records: number
}

interface Row {
  readonly status: string
  readonly wanted: string
  readonly env: number
  readonly restart: number
  readonly run: string | null
  readonly state: string | null
  readonly run_env: number | null
  readonly run_restart: number | null
  readonly at: string
  readonly draining: boolean
}

const rowOf = ({ at, env, handOver, restart, run, status, wanted }: Model): Row => ({
  status,
  wanted,
  env,
  restart,
  run: run?.id ?? null,
  state: run?.state ?? null,
  run_env: run?.env ?? null,
  run_restart: run?.restart ?? null,
  at,
  draining: handOver > 0
})

const look = Effect.fnUntraced(function* ({ here, tenant }: Pick<World, "here" | "tenant">) {
  const [found] = yield* administer<{ readonly row: Row; readonly trace: Trace }>(`
    SELECT jsonb_build_object('status', d.status, 'wanted', d.wanted, 'env', d.env_wanted, 'restart', d.restart,
        'run', d.run_id, 'state', d.run_state, 'run_env', d.run_env_version, 'run_restart', d.run_restart,
        'at', coalesce((SELECT CASE b.app_id WHEN d.app_id THEN 'here' ELSE 'there' END
          FROM broker.app_connection_bindings b WHERE b.tenant_id = d.tenant_id), 'nowhere'),
        'draining', EXISTS (SELECT FROM broker.hand_overs o WHERE o.tenant_id = d.tenant_id AND o.state = 'draining'))
      AS row,
      jsonb_build_object('steps', (SELECT count(*) FROM broker.deployment_steps s WHERE s.tenant_id = d.tenant_id),
        'events', h.event_id, 'records', h.seq) AS trace
    FROM broker.deployments d JOIN broker.audit_heads h USING (tenant_id)
    WHERE d.tenant_id = '${tenant.id}' AND d.app_id = '${here.id}'`)
  return found ?? assert.fail("there is no deployment")
})

const lives = 8
const operations = 60

layer(broker, { excludeTestServices: true })("A deployment", (it) => {
  it.effect(
    "and its runs are, after any reports and wishes in any order, what the model of them is",
    () =>
      seeded(
        Effect.gen(function* () {
          for (let life = 0; life < lives; life++) {
            const here = yield* world
            const story: Array<string> = []
            let model = initial
            let { trace } = yield* look(here)
            for (let n = 0; n < operations; n++) {
              const operation = yield* randomOperation(model, here)
              const [expected, outcome] = play(model, operation)
              const answered = yield* performed(here, operation)
              story.push(`${JSON.stringify(operation)} ${answered}`)
              const so = `\n${story.slice(-12).join("\n")}`
              assert.strictEqual(answered, outcome, so)
              const now = yield* look(here)
              assert.deepStrictEqual(now.row, rowOf(expected), so)
              assert.strictEqual(now.trace.steps - trace.steps, model.status === expected.status ? 0 : 1, so)
              // A report that changes nothing leaves nothing behind.
              const isNews = JSON.stringify(rowOf(model)) !== JSON.stringify(rowOf(expected))
              if ("run" in operation && !isNews) assert.deepStrictEqual(now.trace, trace, so)
              model = expected
              trace = now.trace
            }
          }
        })
      ),
    120_000
  )

  it.effect("is stopped, started anew and paused by what was last heard of its run", () =>
    Effect.gen(function* () {
      const { bot, here, tenant, there, within } = yield* world
      const [lifecycle, handOvers, bindings] = [yield* Lifecycle, yield* HandOvers, yield* Bindings]
      const statusAfter = (wish: "restart" | "start" | "stop") =>
        Effect.map(within(lifecycle[wish](here.id)), ({ status }) => status)
      const noRestart = Effect.map(Effect.flip(within(lifecycle.restart(here.id))), ({ _tag }) =>
        assert.strictEqual(_tag, "conflict")
      )
      yield* noRestart
      yield* report(here.key, newRun())
      assert.strictEqual(yield* statusAfter("restart"), "restarting")
      // Nobody is there to hear of another, or to be waited for.
      yield* later(tenant.id, 61)
      yield* noRestart
      assert.strictEqual(yield* statusAfter("stop"), "stopped")

      assert.strictEqual(yield* statusAfter("start"), "installed")
      const run = newRun()
      yield* report(here.key, run)
      assert.strictEqual(yield* statusAfter("stop"), "stopping")
      yield* statusAfter("start")
      yield* report(here.key, run, { state: "exited", exit_code: 1 })
      assert.strictEqual((yield* look({ here, tenant })).row.status, "failed")
      yield* noRestart

      // Who is to stop lets go of everything: there is nothing to pause for.
      yield* within(bindings.set(here.id, telegram, bot.id))
      const last = newRun()
      yield* report(here.key, last)
      assert.strictEqual((yield* within(handOvers.move(telegram, { from: here.id, to: there.id }))).state, "draining")
      assert.strictEqual((yield* report(here.key, last)).action, "pause")
      yield* statusAfter("stop")
      assert.strictEqual((yield* report(here.key, last)).action, "stop")
    })
  )
})

layer(broker, { excludeTestServices: true })("A report", (it) => {
  const one = Effect.gen(function* () {
    const { app: plain, tenant, within } = yield* Fixture.makeTenant()
    const keys = yield* AppKeys
    const made = yield* within(
      Effect.gen(function* () {
        const here = yield* install({ slug: "here" })
        const { key, record } = yield* keys.mint({ app: plain.id }, Option.none())
        const connection = yield* connect("notion", "ntn_unsaid")
        const { key: locked } = yield* keys.mint({ connection: connection.id }, Option.none())
        const { key: revoked, record: gone } = yield* keys.mint({ app: here.id }, Option.none())
        yield* keys.revoke(gone.id)
        return { here, plain: { key, record }, locked, revoked }
      })
    )
    return { ...made, tenant, within }
  })
  const refusal = (key: Redacted.Redacted, what: Partial<RunReport> = {}) =>
    Effect.map(Effect.flip(report(key, newRun(), what)), ({ _tag }) => _tag)

  it.effect("is taken of a deployment that is known by its key, and of nobody else", () =>
    Effect.gen(function* () {
      const { here, locked, plain, revoked } = yield* one
      assert.strictEqual(yield* refusal(mint("vendo_sk_")), "app_unknown")
      assert.strictEqual(yield* refusal(Redacted.make("x")), "app_unknown")
      assert.strictEqual(yield* refusal(revoked), "app_revoked")
      assert.strictEqual(yield* refusal(locked), "forbidden")
      assert.strictEqual(yield* refusal(plain.key), "not_found")
      assert.strictEqual(yield* refusal(here.key, { exit_code: 0 }), "validation_failed")
      assert.strictEqual(yield* refusal(here.key, { state: "exited" }), "validation_failed")
      const written = yield* administer(`SELECT FROM broker.deployments WHERE app_id = '${here.id}' AND run_id IS NULL`)
      assert.strictEqual(written.length, 1)
    })
  )

  it.effect("of what was destroyed is told to stop, long after its keys are over", () =>
    Effect.gen(function* () {
      const { here, tenant, within } = yield* one
      const run = newRun()
      yield* report(here.key, run)
      yield* within(Effect.flatMap(Deployments, (deployments) => deployments.destroy(here.id)))
      for (const over of ["expires_at = created_at", "revoked_at = now()"]) {
        yield* administer(`UPDATE broker.app_keys SET ${over} WHERE app_id = '${here.id}'`)
        assert.strictEqual((yield* report(here.key, run)).action, "stop")
      }
      yield* administer(`UPDATE broker.tenants SET status = 'suspended' WHERE id = '${tenant.id}'`)
      assert.strictEqual(yield* refusal(here.key), "app_revoked")
    })
  )

  it.effect("of a run that was taken over from is told so for a day, and is news to nobody", () =>
    Effect.gen(function* () {
      const { here, tenant } = yield* one
      const [old, run] = [newRun(), newRun()]
      yield* report(here.key, old)
      yield* report(here.key, run)
      for (let n = 0; n < 2; n++) {
        const { action, reason } = yield* report(here.key, old)
        assert.deepStrictEqual([action, reason], ["stop", "another run took over"])
      }
      assert.strictEqual((yield* report(here.key, run)).action, "run")
      yield* administer(
        `UPDATE broker.superseded_runs SET seen_at = seen_at - interval '23 hours' WHERE tenant_id = '${tenant.id}'`
      )
      yield* report(here.key, newRun())
      assert.strictEqual((yield* report(here.key, old)).action, "stop")
      yield* administer(
        `UPDATE broker.superseded_runs SET seen_at = seen_at - interval '25 hours' WHERE tenant_id = '${tenant.id}'`
      )
      yield* report(here.key, newRun())
      const known = yield* administer<{ readonly run_id: string }>(
        `SELECT run_id FROM broker.superseded_runs WHERE tenant_id = '${tenant.id}'`
      )
      // The one before, and no other.
      assert.strictEqual(known.length, 1)
    })
  )

  it.effect("of a run whose deployment was destroyed is told so, and changes nothing", () =>
    Effect.gen(function* () {
      const { here } = yield* one
      const run = newRun()
      yield* report(here.key, run)
      yield* administer(
        `UPDATE broker.deployments SET status = 'destroyed', status_reason = 'x' WHERE app_id = '${here.id}'`
      )
      const { action, reason } = yield* report(here.key, run, { state: "exited", exit_code: 0 })
      assert.deepStrictEqual([action, reason], ["stop", "the deployment was destroyed"])
      const [row] = yield* administer<{ readonly status: string; readonly run_state: string }>(
        `SELECT status, run_state FROM broker.deployments WHERE app_id = '${here.id}'`
      )
      assert.deepStrictEqual(row, { status: "destroyed", run_state: "running" })
    })
  )

  it.effect("says in the history what became of the deployment, and why", () =>
    Effect.gen(function* () {
      const { here, within } = yield* one
      const lifecycle = yield* Lifecycle
      const run = newRun()
      yield* report(here.key, run, { state: "starting" })
      yield* within(lifecycle.restart(here.id))
      yield* report(here.key, run, { restart: 1 })
      yield* administer(`UPDATE broker.deployments SET restart = 2 WHERE app_id = '${here.id}'`)
      yield* report(here.key, run, { restart: 1 })
      yield* report(here.key, run, { restart: 2 })
      yield* within(lifecycle.stop(here.id))
      yield* report(here.key, run, { restart: 2, state: "exited", exit_code: 143 })
      yield* within(lifecycle.start(here.id))
      const next = newRun()
      yield* report(here.key, next, { restart: 2 })
      yield* report(here.key, next, { restart: 2, state: "exited", exit_code: 7 })
      const steps = yield* administer<{ readonly to_status: string; readonly reason: string }>(
        `SELECT to_status, reason FROM broker.deployment_steps WHERE app_id = '${here.id}' ORDER BY id`
      )
      assert.deepStrictEqual(
        steps.map(({ reason, to_status }) => [to_status, reason]),
        [
          ["installed", "it was installed"],
          ["running", "its run started"],
          ["restarting", "a restart was asked for"],
          ["running", "its run started anew"],
          ["restarting", "its run is to start anew"],
          ["running", "its run started anew"],
          ["stopping", "a stop was asked for"],
          ["stopped", "its run ended with 143"],
          ["installed", "a start was asked for"],
          ["running", "its run started"],
          ["failed", "its run ended with 7"]
        ]
      )
    })
  )
})
