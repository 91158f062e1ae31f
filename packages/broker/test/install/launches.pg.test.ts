import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber, Logger, Option, Redacted } from "effect"
import { Deployments } from "@vendodev/broker/install/Deployments"
import { Launcher, type Launching, type Start, type Target } from "@vendodev/broker/install/Launcher"
import { makeLaunches } from "@vendodev/broker/install/launches"
import { Lifecycle } from "@vendodev/broker/install/Lifecycle"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import type { AppId } from "@vendodev/domain/Ids"
import type { Launch } from "@vendodev/domain/Installation"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { lastRecords } from "../manage/fixtures/managed.ts"
import { rowOf, vended } from "./fixtures/deployed.ts"
import { administer, bot, install } from "./fixtures/installing.ts"

const command = { command: ["node", "bot.js", "it's"] } as const
const run = `VENDO_API_KEY=… vendo run -- node bot.js 'it'\\''s'`
const launch: Launch = { command: [...command.command] }

const started: Effect.Effect<Start> = Effect.succeed({ state: "started", detail: "its output goes there" })

let bots = 600

/** A deployment with a bot, and a launcher that does what it is told to do next. */
const start = Effect.fnUntraced(function* (launch: Launch = { command: [...command.command] }) {
  const token = yield* Fixture.AdminAccess
  const { tenant, within } = yield* Fixture.makeTenant()
  const installed = yield* within(install({ slug: "echo", choices: { telegram: bot(++bots) }, launch }))
  const launched: Array<Launching> = []
  const removed: Array<Target> = []
  const next: { outcome: (launching: Launching) => Effect.Effect<Start> } = { outcome: () => started }
  const launches = yield* Effect.provideService(makeLaunches, Launcher, {
    name: "process",
    starts: ({ command }) => command !== undefined,
    launch: (launching) =>
      Effect.suspend(() => {
        launched.push(launching)
        return next.outcome(launching)
      }),
    remove: (target) => Effect.sync(() => void removed.push(target))
  })
  const asked = { token, tenant: tenant.id }
  const { id } = installed.deployment
  return {
    tenant,
    within,
    installed,
    launched,
    removed,
    next,
    target: { tenant: tenant.id, deployment: { id, slug: installed.deployment.slug } },
    first: launches.first(asked, launch, installed),
    again: launches.again(asked, id),
    valid: within(
      Effect.map(
        Effect.flatMap(AppKeys, (keys) => keys.list),
        (keys) => keys.filter(({ revoked_at }) => revoked_at === null).map(({ id }) => id)
      )
    )
  }
})

const keyIds = (app: AppId) => Effect.map(rowOf(app), ({ launch }) => launch)

/** Its run was heard of so many seconds ago. */
const heardOf = (app: AppId, state: string, seconds: number) =>
  administer(
    (sql) => sql`
      UPDATE broker.deployments SET status = 'running', status_reason = 'it runs', run_id = gen_random_uuid(),
        run_state = ${state}, run_exit_code = ${state === "exited" ? 0 : null}::int, run_health = 'healthy',
        run_env_version = 1, run_restart = 0, run_started_at = now(),
        run_seen_at = now() - make_interval(secs => ${seconds})
      WHERE app_id = ${app}
    `
  )

const inStatus = (app: AppId, status: string) =>
  administer(
    (sql) => sql`UPDATE broker.deployments SET status = ${status}, status_reason = 'test' WHERE app_id = ${app}`
  )

layer(Fixture.layer)("Launching", (it) => {
  it.effect("an installation uses its key; repeating it launches once more only while it has not run", () =>
    Effect.gen(function* () {
      const { first, installed, launched, target } = yield* start()
      const { id } = installed.deployment
      assert.deepStrictEqual(yield* first, {
        launcher: "process",
        state: "launched",
        detail: "its output goes there",
        run
      })
      assert.deepStrictEqual(launched, [{ ...target, launch, key: installed.key }])
      assert.deepStrictEqual(yield* keyIds(id), { ...launch, key_ids: [installed.key_id] })
      // Lost on the way, perhaps: the launcher knows whether it runs.
      yield* first
      assert.strictEqual(launched.length, 2)
      assert.deepStrictEqual(yield* keyIds(id), { ...launch, key_ids: [installed.key_id] })

      yield* heardOf(id, "running", 1)
      const running = yield* first
      assert.deepInclude(running, { state: "launched" })
      assert.match(running.detail ?? "", /^a run of it was heard of in the last minute/)
      for (const status of ["running", "stopped", "failed"]) {
        yield* heardOf(id, "exited", 1)
        yield* inStatus(id, status)
        const over = yield* first
        assert.deepInclude(over, { state: "manual", run })
        assert.match(over.detail ?? "", /^it was started before/)
        yield* inStatus(id, "running")
      }
      assert.strictEqual(launched.length, 2)
    })
  )

  it.effect("again mints a key, and ends the one before as soon as something was started with it", () =>
    Effect.gen(function* () {
      const { again, first, installed, launched, next, tenant, valid, within } = yield* start()
      const { id } = installed.deployment
      yield* first
      const resolver = yield* CredentialResolver
      const vend = Effect.provideService(Effect.orDie(vended(installed.key, "telegram")), CredentialResolver, resolver)
      next.outcome = () => Effect.andThen(vend, started)
      assert.deepInclude(yield* again, { state: "launched", run })
      const [, { key } = assert.fail("nothing was launched")] = launched
      assert.notStrictEqual(Redacted.value(key), Redacted.value(installed.key))
      assert.isString(yield* vended(key, "telegram"))
      assert.strictEqual((yield* Effect.flip(vended(installed.key, "telegram")))._tag, "app_revoked")
      const [fresh, ...others] = yield* valid
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(yield* keyIds(id), { ...launch, key_ids: [fresh] })
      const records = (yield* lastRecords(tenant.id, 6)).map(({ action, object }) => [action, object])
      const done = records.filter(([action]) => String(action).startsWith("key."))
      assert.deepStrictEqual(done.slice(-2), [
        ["key.mint", { kind: "key", id: fresh }],
        ["key.revoke", { kind: "key", id: installed.key_id }]
      ])
      // The answer to the installation is older than that.
      assert.deepInclude(yield* first, { state: "manual" })
      assert.strictEqual(launched.length, 2)

      const keys = yield* AppKeys
      const { key: own } = yield* within(keys.mint({ app: id }, Option.none()))
      next.outcome = () => started
      yield* again
      // Keys that nothing was launched with are nobody's business here.
      assert.isString(yield* vended(own, "telegram"))
      assert.strictEqual((yield* valid).length, 2)
    })
  )

  it.effect("that failed, or left alone what runs, ends no key; the next one that succeeds ends them all", () =>
    Effect.gen(function* () {
      const { again, first, installed, launched, next, valid } = yield* start()
      yield* first
      for (const state of ["failed", "running"] as const) {
        next.outcome = () => Effect.succeed({ state, detail: "no engine" })
        const told = yield* again
        assert.deepInclude(told, { state: state === "failed" ? "failed" : "launched", detail: "no engine" })
        assert.isString(yield* vended(installed.key, "telegram"))
      }
      next.outcome = () => Effect.interrupt
      yield* Effect.exit(again)
      assert.isString(yield* vended(installed.key, "telegram"))
      assert.strictEqual((yield* valid).length, 4)
      next.outcome = () => started
      yield* again
      assert.strictEqual((yield* valid).length, 1)
      assert.isString(yield* vended((launched.at(-1) ?? assert.fail("nothing was launched")).key, "telegram"))
    })
  )

  it.effect("of what nobody starts here mints nothing, and says what a person runs", () =>
    Effect.gen(function* () {
      const { again, first, installed, launched, valid } = yield* start({ image: "echo" })
      const run = "VENDO_API_KEY=… vendo run -- <command>"
      const told = { launcher: "process", state: "manual", detail: null, run } as const
      assert.deepStrictEqual(yield* first, told)
      assert.deepStrictEqual(yield* again, told)
      assert.deepStrictEqual(launched, [])
      assert.deepStrictEqual(yield* valid, [installed.key_id])
      assert.deepStrictEqual(yield* keyIds(installed.deployment.id), { image: "echo" })
    })
  )

  it.effect("leaves a run alone that was heard of within a minute, and no other", () =>
    Effect.gen(function* () {
      const { again, installed, launched, valid } = yield* start()
      const { id } = installed.deployment
      for (const state of ["starting", "running", "paused"]) {
        yield* heardOf(id, state, 55)
        assert.deepInclude(yield* again, { state: "launched" })
      }
      assert.deepStrictEqual(launched, [])
      assert.deepStrictEqual(yield* valid, [installed.key_id])
      yield* heardOf(id, "running", 65)
      yield* again
      yield* heardOf(id, "exited", 1)
      yield* again
      assert.strictEqual(launched.length, 2)
    })
  )

  it.effect("does not start what was destroyed, and takes away what was started while it was", () =>
    Effect.gen(function* () {
      const { again, first, installed, launched, next, removed, target, within } = yield* start()
      const { id } = installed.deployment
      const deployments = yield* Deployments
      const destroy = within(deployments.destroy(id))
      next.outcome = () => Effect.andThen(Effect.orDie(destroy), started)
      assert.deepInclude(yield* first, { state: "launched" })
      assert.deepStrictEqual(removed, [target])
      for (const launch of [first, again]) {
        assert.deepInclude(yield* launch, { state: "manual", detail: "the deployment was destroyed" })
      }
      assert.strictEqual(launched.length, 1)
    })
  )

  it.effect("does not start what was stopped, and takes away what was started while it was", () =>
    Effect.gen(function* () {
      const { again, first, installed, launched, next, removed, target, within } = yield* start()
      const { id } = installed.deployment
      const lifecycle = yield* Lifecycle
      next.outcome = () => Effect.andThen(Effect.orDie(within(lifecycle.stop(id))), started)
      assert.deepInclude(yield* first, { state: "launched" })
      assert.deepStrictEqual(removed, [target])
      for (const launch of [first, again]) {
        assert.deepInclude(yield* launch, { state: "manual", detail: "it was stopped meanwhile; start it" })
      }
      assert.strictEqual(launched.length, 1)
      yield* within(lifecycle.start(id))
      next.outcome = () => started
      assert.deepInclude(yield* again, { state: "launched" })
    })
  )

  it.effect("twice at once leaves the key of the later one, whichever is done first", () =>
    Effect.gen(function* () {
      const { again, first, launched, next, valid } = yield* start()
      yield* first
      const under = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      next.outcome = () =>
        Effect.andThen(Deferred.succeed(under, undefined), Effect.andThen(Deferred.await(go), started))
      const earlier = yield* Effect.forkChild(again)
      yield* Deferred.await(under)
      next.outcome = () => started
      yield* again
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(earlier)
      const [, , later = assert.fail("nothing was launched")] = launched
      assert.isString(yield* vended(later.key, "telegram"))
      assert.strictEqual((yield* valid).length, 1)
    })
  )

  it.effect("fails no installation: whatever is in the way is told", () => {
    const lines: Array<string> = []
    const log = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
    return Effect.gen(function* () {
      const { again, first, installed, launched, next } = yield* start()
      const revoke = (at: string) =>
        administer((sql) => sql`UPDATE broker.admin_tokens SET revoked_at = ${at}::timestamptz`)
      yield* revoke("2020-01-01")
      const told = yield* first
      assert.deepInclude(told, { launcher: "process", state: "failed", run })
      assert.isString(told.detail)
      assert.deepStrictEqual(launched, [])
      assert.strictEqual((yield* Effect.flip(again))._tag, "session_required")
      yield* administer((sql) => sql`UPDATE broker.admin_tokens SET revoked_at = NULL`)

      // What runs, runs: that the keys before it could not be ended is for the log.
      const database = yield* TestDatabase
      next.outcome = () => Effect.andThen(Effect.provideService(revoke("2020-01-01"), TestDatabase, database), started)
      assert.deepInclude(yield* first, { state: "launched" })
      assert.match(lines.join("\n"), /^keys of an earlier launch stay: /)
      yield* administer((sql) => sql`UPDATE broker.admin_tokens SET revoked_at = NULL`)
      assert.isString(yield* vended(installed.key, "telegram"))
    }).pipe(Effect.provide(log))
  })
})
