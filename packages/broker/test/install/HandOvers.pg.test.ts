import { assert, layer } from "@effect/vitest"
import { Array, Effect, Result } from "effect"
import { SqlClient } from "effect/sql"
import type { CurrentTenant } from "@vendodev/broker/database/Tenancy"
import { HandOvers, type Move } from "@vendodev/broker/install/HandOvers"
import { makeDeploymentRows } from "@vendodev/broker/install/deploymentRows"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import type { AppKind } from "@vendodev/domain/App"
import { type AppId, IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { administer, broker, connect, install, later, newRun, report } from "./fixtures/running.ts"

let bots = 3000

interface Wanted {
  readonly slug?: string
  readonly there?: AppKind
}

/** Two deployments, and a connection bound to the first. */
const world = Effect.fnUntraced(function* ({ slug: name = "telegram", there: kind = "production" }: Wanted = {}) {
  const { app: plain, tenant, within } = yield* Fixture.makeTenant()
  const credential = `${++bots}:bot_unsaid`
  const slug = IntegrationSlug.make(name)
  const made = yield* within(
    Effect.gen(function* () {
      const bindings = yield* Bindings
      const here = yield* install({ slug: "here" })
      const there = yield* install({ slug: "there", kind })
      const third = yield* install({ slug: "third" })
      const bot = yield* connect(slug, credential)
      yield* bindings.set(here.id, slug, bot.id)
      return { here, there, third, bot }
    })
  )
  const handOvers = yield* HandOvers
  const moving = (move: Partial<Move> = {}) => within(handOvers.move(slug, { to: made.there.id, ...move }))
  const deployment = (id: AppId) => within(Effect.flatMap(makeDeploymentRows, ({ get }) => get(id)))
  const holders = within(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly slug: string }>`
        SELECT a.slug FROM broker.app_connection_bindings b JOIN broker.apps a ON a.id = b.app_id ORDER BY a.slug`
    )
  ).pipe(Effect.map((rows) => rows.map(({ slug }) => slug)))
  return { ...made, tenant, within, slug, plain, moving, deployment, holders }
})

const runs = (key: Parameters<typeof report>[0]) => {
  const id = newRun()
  return Effect.as(report(key, id), id)
}

const records = (tenant: string) =>
  administer<{ readonly action: string; readonly by: string }>(`
    SELECT body->>'action' AS action, body->'actor'->>'kind' AS by FROM broker.audit
    WHERE tenant_id = '${tenant}' AND body->>'action' LIKE 'hand_over.%' ORDER BY seq`)

const eventsOf = (app: AppId) =>
  Effect.map(
    administer<{ readonly kind: string }>(`SELECT kind FROM broker.events WHERE app_id = '${app}' ORDER BY id`),
    (events) => events.map(({ kind }) => kind)
  )

layer(broker, { excludeTestServices: true })("A hand-over", (it) => {
  it.effect("is done at once where no run can be using the connection, and both sides hear of it", () =>
    Effect.gen(function* () {
      const { bot, deployment, here, holders, moving, there, tenant } = yield* world()
      const { created_at: _, ended_at, id, ...moved } = yield* moving()
      assert.deepStrictEqual(moved, {
        slug: IntegrationSlug.make("telegram"),
        connection_id: bot.id,
        from: here.id,
        to: there.id,
        state: "moved",
        reason: "no run was using it"
      })
      assert.isNotNull(ended_at)
      assert.deepStrictEqual(yield* holders, ["there"])
      assert.deepStrictEqual((yield* eventsOf(here.id)).toSorted(), [
        "connection.connected",
        "connection.disconnected",
        "deployment.environment_changed",
        "deployment.environment_changed"
      ])
      assert.deepStrictEqual((yield* eventsOf(there.id)).toSorted(), [
        "connection.connected",
        "deployment.environment_changed"
      ])
      assert.deepStrictEqual((yield* deployment(there.id)).bindings, [{ slug: moved.slug, connection_id: bot.id }])
      assert.deepStrictEqual(yield* records(tenant.id), [
        { action: "hand_over.begin", by: "admin" },
        { action: "hand_over.move", by: "admin" }
      ])
      assert.isDefined(id)
    })
  )

  it.effect(
    "lets a run go on until it says that it paused; then the other is started anew, and it goes on without",
    () =>
      Effect.gen(function* () {
        const { deployment, here, holders, moving, tenant, there, within } = yield* world()
        const run = yield* runs(here.key)
        const other = yield* runs(there.key)
        const { id, state } = yield* moving()
        assert.strictEqual(state, "draining")
        assert.include(yield* eventsOf(here.id), "deployment.pause_requested")
        const told = yield* report(here.key, run)
        assert.deepStrictEqual([told.action, told.reason], ["pause", "telegram is handed over to there"])
        assert.deepStrictEqual(yield* holders, ["here"])
        assert.deepStrictEqual((yield* report(there.key, other)).action, "run")
        assert.deepStrictEqual(yield* holders, ["here"])

        const before = yield* deployment(there.id)
        const let_go = yield* report(here.key, run, { state: "paused" })
        assert.deepStrictEqual([let_go.action, let_go.reason], ["run", null])
        assert.isAbove(let_go.env_version, told.env_version)
        assert.deepStrictEqual(yield* holders, ["there"])
        const restarted = yield* report(there.key, other, { env_version: before.env_wanted })
        assert.strictEqual(restarted.restart, 1)
        const moved = yield* within(Effect.flatMap(HandOvers, (handOvers) => handOvers.get(id)))
        assert.deepStrictEqual([moved.state, moved.reason], ["moved", "its old consumer stopped using it"])
        assert.deepStrictEqual(yield* records(tenant.id), [
          { action: "hand_over.begin", by: "admin" },
          { action: "hand_over.move", by: "key" }
        ])
      })
  )

  it.effect("is done when the run ends instead, which is started anew by nobody", () =>
    Effect.gen(function* () {
      const { deployment, here, holders, moving } = yield* world()
      const run = yield* runs(here.key)
      yield* moving()
      yield* report(here.key, run, { state: "exited", exit_code: 0 })
      assert.deepStrictEqual(yield* holders, ["there"])
      assert.notInclude(yield* eventsOf(here.id), "deployment.restart_requested")
      assert.strictEqual((yield* deployment(here.id)).status, "stopped")
    })
  )

  it.effect("takes no pause for its own that was said before, nor one of a run that was not told to", () =>
    Effect.gen(function* () {
      const { here, holders, moving, within } = yield* world()
      const handOvers = yield* HandOvers
      const run = yield* runs(here.key)
      const { id } = yield* moving()
      // It pauses, but has not been told to: it may have paused for something else, and go on.
      assert.strictEqual((yield* report(here.key, run, { state: "paused" })).action, "pause")
      assert.deepStrictEqual(yield* holders, ["here"])
      yield* within(handOvers.cancel(id))
      const again = yield* report(here.key, run, { state: "paused" })
      assert.deepStrictEqual([again.action, again.restart], ["run", 1])
      yield* report(here.key, run, { restart: 1 })
      yield* moving()
      yield* report(here.key, run, { restart: 1 })
      // Said before it went on, and late.
      yield* report(here.key, run, { state: "paused", restart: 0 })
      assert.deepStrictEqual(yield* holders, ["here"])
      yield* report(here.key, run, { state: "paused", restart: 1 })
      assert.deepStrictEqual(yield* holders, ["there"])
    })
  )

  it.effect("is done when a run was silent for too long, and has it start anew, whatever comes late of it", () =>
    Effect.gen(function* () {
      const { here, holders, moving, tenant } = yield* world()
      const run = yield* runs(here.key)
      assert.strictEqual((yield* moving()).state, "draining")
      yield* later(tenant.id, 61)
      const late = yield* report(here.key, run, { state: "paused", env_version: 0 })
      assert.deepStrictEqual([late.action, late.restart], ["run", 1])
      assert.deepStrictEqual(yield* holders, ["there"])
    })
  )

  it.effect("waits for a run that another took over from, too, until that ends or is heard of no more", () =>
    Effect.gen(function* () {
      const { here, holders, moving, tenant, within } = yield* world()
      const handOvers = yield* HandOvers
      const old = yield* runs(here.key)
      const run = yield* runs(here.key)
      yield* moving()
      yield* report(here.key, run)
      yield* report(here.key, run, { state: "paused" })
      assert.deepStrictEqual(yield* holders, ["here"])
      assert.strictEqual((yield* report(here.key, old)).action, "stop")
      assert.deepStrictEqual(yield* holders, ["here"])
      yield* report(here.key, old, { state: "exited", exit_code: 143 })
      assert.deepStrictEqual(yield* holders, ["there"])

      const back = yield* within(handOvers.move(IntegrationSlug.make("telegram"), { to: here.id }))
      assert.strictEqual(back.state, "moved")
      const next = yield* runs(here.key)
      const { id } = yield* moving()
      assert.strictEqual((yield* within(handOvers.get(id))).state, "draining")
      yield* later(tenant.id, 59)
      assert.strictEqual((yield* within(handOvers.get(id))).state, "draining")
      yield* later(tenant.id, 2)
      const moved = yield* within(handOvers.get(id))
      assert.deepStrictEqual([moved.state, moved.reason], ["moved", "no run was using it"])
      // Should it come back, it is told to start anew, without.
      assert.isAbove((yield* report(here.key, next)).restart, 0)
    })
  )

  it.effect("by force is done at once, says that there may be two consumers, and starts both anew", () =>
    Effect.gen(function* () {
      const { here, holders, moving, there } = yield* world()
      const run = yield* runs(here.key)
      const other = yield* runs(there.key)
      const draining = yield* moving()
      const forced = yield* moving({ force: true })
      assert.deepStrictEqual(
        [forced.id, forced.state, forced.reason],
        [draining.id, "moved", "by force: its old consumer may still be using it"]
      )
      assert.deepStrictEqual(yield* holders, ["there"])
      assert.deepStrictEqual(
        [(yield* report(here.key, run)).restart, (yield* report(there.key, other)).restart],
        [1, 1]
      )
    })
  )

  it.effect("that is asked for again is the same; one that is called off leaves everything as it was", () =>
    Effect.gen(function* () {
      const { here, holders, moving, within } = yield* world()
      const handOvers = yield* HandOvers
      const run = yield* runs(here.key)
      const { id } = yield* moving()
      assert.strictEqual((yield* moving()).id, id)
      assert.strictEqual((yield* moving({ from: here.id })).id, id)
      for (let n = 0; n < 2; n++) {
        const { reason, state } = yield* within(handOvers.cancel(id))
        assert.deepStrictEqual([state, reason], ["cancelled", "it was cancelled"])
      }
      assert.strictEqual((yield* report(here.key, run)).action, "run")
      assert.deepStrictEqual(yield* holders, ["here"])
      const moved = yield* moving({ force: true })
      assert.strictEqual((yield* Effect.flip(within(handOvers.cancel(moved.id))))._tag, "conflict")
    })
  )

  it.effect("is cancelled by itself when what it is about is gone, or somebody of the two is", () =>
    Effect.gen(function* () {
      const bindings = yield* Bindings
      const connections = yield* Connections
      const handOvers = yield* HandOvers
      const draining = Effect.gen(function* () {
        const all = yield* world()
        const run = yield* runs(all.here.key)
        const { id } = yield* all.moving()
        yield* report(all.here.key, run)
        const ended = Effect.map(all.within(handOvers.get(id)), ({ reason, state }) => [state, reason])
        return { ...all, run, ended }
      })
      const unbound = ["cancelled", "it is not bound to its old consumer any more"]
      const destroy = (app: AppId) =>
        administer(`UPDATE broker.deployments SET status = 'destroyed', status_reason = 'x' WHERE app_id = '${app}'`)

      const one = yield* draining
      yield* one.within(bindings.remove(one.here.id, one.slug))
      assert.deepStrictEqual(yield* one.ended, unbound)
      assert.strictEqual((yield* report(one.here.key, one.run, { state: "paused" })).action, "run")

      const two = yield* draining
      const another = `${++bots}:bot_unsaid`
      yield* two.within(
        Effect.gen(function* () {
          const bot = yield* connect("telegram", another, { name: "another" })
          yield* bindings.set(two.here.id, two.slug, bot.id)
        })
      )
      assert.deepStrictEqual(yield* two.ended, unbound)

      const three = yield* draining
      yield* destroy(three.there.id)
      assert.deepStrictEqual(yield* three.ended, ["cancelled", "its new consumer was destroyed"])

      const four = yield* draining
      yield* destroy(four.here.id)
      assert.deepStrictEqual(yield* four.ended, ["cancelled", "its old consumer was destroyed"])

      const five = yield* draining
      yield* five.within(connections.revoke(five.bot.id))
      yield* report(five.here.key, five.run, { state: "paused" })
      assert.deepStrictEqual(yield* five.ended, ["cancelled", "the connection was revoked"])
      assert.deepStrictEqual(yield* five.holders, ["here"])

      const six = yield* draining
      const own = `${++bots}:bot_unsaid`
      yield* six.within(
        Effect.gen(function* () {
          const bot = yield* connect("telegram", own, { name: "own" })
          yield* bindings.set(six.there.id, six.slug, bot.id)
        })
      )
      assert.strictEqual((yield* report(six.here.key, six.run, { state: "paused" })).action, "run")
      assert.deepStrictEqual(yield* six.ended, ["cancelled", "its new consumer uses another connection by now"])
      assert.deepStrictEqual(yield* six.holders, ["here", "there"])
    })
  )

  it.effect("never brings an exclusive credential to a sandbox, and there brings any other", () =>
    Effect.gen(function* () {
      const bot = yield* world({ there: "sandbox" })
      const run = yield* runs(bot.here.key)
      for (const force of [false, true]) {
        assert.strictEqual((yield* Effect.flip(bot.moving({ force })))._tag, "forbidden")
      }
      assert.strictEqual((yield* report(bot.here.key, run)).action, "run")
      assert.deepStrictEqual(yield* bot.holders, ["here"])
      const pages = yield* world({ slug: "notion", there: "sandbox" })
      const other = yield* runs(pages.here.key)
      assert.strictEqual((yield* pages.moving()).state, "draining")
      yield* report(pages.here.key, other)
      yield* report(pages.here.key, other, { state: "paused" })
      assert.deepStrictEqual(yield* pages.holders, ["there"])
    })
  )

  it.effect("is refused where nothing, or not one thing, is meant", () =>
    Effect.gen(function* () {
      const { bot, here, moving, plain, slug, there, third, within } = yield* world({ slug: "notion" })
      const bindings = yield* Bindings
      const handOvers = yield* HandOvers
      const refusal = (move: Partial<Move>) => Effect.map(Effect.flip(moving(move)), ({ _tag }) => _tag)
      const stranger = yield* world()
      assert.strictEqual(yield* refusal({ to: stranger.here.id }), "not_found")
      assert.strictEqual(yield* refusal({ from: stranger.here.id }), "not_found")
      assert.strictEqual(yield* refusal({ from: there.id }), "validation_failed")
      assert.strictEqual(yield* refusal({ from: third.id }), "conflict")
      assert.strictEqual(yield* refusal({ to: here.id }), "conflict")
      const nothing = within(handOvers.move(IntegrationSlug.make("openai"), { to: there.id }))
      assert.strictEqual((yield* Effect.flip(nothing))._tag, "conflict")
      yield* within(bindings.set(third.id, slug, bot.id))
      const several = yield* Effect.flip(moving())
      assert.strictEqual(several._tag, "validation_failed")
      assert.include(several.detail, "here, third")
      assert.strictEqual(yield* refusal({ from: here.id, to: third.id }), "conflict")
      const foreign = yield* stranger.moving()
      assert.strictEqual((yield* Effect.flip(within(handOvers.get(foreign.id))))._tag, "not_found")
      assert.strictEqual((yield* Effect.flip(within(handOvers.cancel(foreign.id))))._tag, "not_found")

      // One at a time, from and to each.
      yield* runs(here.key)
      yield* runs(third.key)
      assert.strictEqual((yield* moving({ from: here.id })).state, "draining")
      assert.strictEqual(yield* refusal({ from: here.id, to: plain.id }), "conflict")
      assert.strictEqual(yield* refusal({ from: third.id }), "conflict")
      yield* administer(`UPDATE broker.deployments SET status = 'destroyed' WHERE app_id = '${there.id}'`)
      assert.strictEqual(yield* refusal({ from: third.id }), "conflict")
      // An app without a deployment has no run to wait for, and may be given it.
      const { to } = yield* moving({ from: third.id, to: plain.id, force: true })
      assert.strictEqual(to, plain.id)
    })
  )

  it.effect("and whatever else is done at the same time wait for each other in no circle, and lose nothing", () =>
    Effect.gen(function* () {
      const { bot, here, holders, slug, there, third, within } = yield* world()
      const bindings = yield* Bindings
      const connections = yield* Connections
      const handOvers = yield* HandOvers
      const sql = yield* SqlClient.SqlClient
      const all = [here, there, third] as const
      const alive = yield* Effect.forEach(all, ({ key }) => runs(key))
      const failed: Array<string> = []
      const tried = <A, E extends { readonly _tag: string }, R>(work: Effect.Effect<A, E, R>) =>
        Effect.map(Effect.result(work), (result) => {
          if (Result.isFailure(result)) failed.push(result.failure._tag)
        })
      const touch: Effect.Effect<unknown, never, CurrentTenant> = Effect.orDie(
        sql`UPDATE broker.connections SET metadata = metadata || jsonb_build_object('n', gen_random_uuid()) WHERE id = ${bot.id}`
      )
      const acts = Array.range(0, 119).map((n) => {
        const app = all[n % 3] ?? here
        const run = alive[n % 3] ?? newRun()
        switch (n % 8) {
          case 0:
          case 1:
            return tried(within(handOvers.move(slug, { to: app.id })))
          case 2:
            return tried(report(app.key, run, { env_version: 999, restart: 999 }))
          case 3:
            return tried(report(app.key, run, { state: "paused", env_version: 999, restart: 999 }))
          case 4:
            return tried(within(touch))
          case 5:
            return tried(within(bindings.set(app.id, slug, bot.id)))
          case 6:
            return tried(within(bindings.list(app.id)))
          default:
            return tried(within(Effect.andThen(touch, connections.get(bot.id))))
        }
      })
      yield* Effect.all(acts, { concurrency: 6, discard: true })
      // Refused is who came second; nobody was made to wait for himself.
      assert.deepStrictEqual(
        failed.filter((tag) => tag !== "conflict" && tag !== "connection_in_use"),
        []
      )
      assert.strictEqual((yield* holders).length, 1)
    })
  )
})
