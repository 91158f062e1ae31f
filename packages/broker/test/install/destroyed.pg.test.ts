import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Option } from "effect"
import { SqlClient } from "effect/sql"
import { Deployments } from "@vendodev/broker/install/Deployments"
import { HandOvers } from "@vendodev/broker/install/HandOvers"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { type AppId, IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { untilSoManyAreBlocked } from "../database/session.ts"
import { lastRecords } from "../manage/fixtures/managed.ts"
import { connected, rowOf, vended } from "./fixtures/deployed.ts"
import { administer, bot, install, pasted, pool, withPool } from "./fixtures/installing.ts"

const notion = IntegrationSlug.make("notion")

const destroy = (id: AppId) => Effect.flatMap(Deployments, (deployments) => deployments.destroy(id))

/** As its run reported. */
const running = (app: AppId, state: string) =>
  administer(
    (sql) => sql`
      UPDATE broker.deployments SET status = 'running', status_reason = 'it runs', run_id = gen_random_uuid(),
        run_state = ${state}, run_exit_code = ${state === "exited" ? 0 : null}::int, run_health = 'healthy',
        run_env_version = 1, run_restart = 0, run_started_at = now(), run_seen_at = now()
      WHERE app_id = ${app}
    `
  )

layer(withPool)("A deployment that is destroyed", (it) => {
  it.effect("may use nothing any more, and holds no variable; what it was is still to be read", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      const { deployment, key } = yield* within(
        install({ choices: { telegram: bot(301), openai: pool }, variables: { GREETING: "hello" } })
      )
      const ended = yield* within(destroy(deployment.id))
      assert.deepInclude(ended, { id: deployment.id, status: "destroyed", bindings: [] })
      assert.deepInclude(yield* rowOf(deployment.id), { env_box: null, env_dek_version: null, wanted: "stop" })
      assert.strictEqual((yield* Effect.flip(vended(key, "telegram")))._tag, "app_revoked")
      const done = (yield* lastRecords(tenant.id, 5)).filter(({ action }) => action !== "vend")
      assert.deepStrictEqual(
        done.map(({ action }) => action),
        ["binding.remove", "binding.remove", "key.revoke", "deployment.destroy"]
      )

      const deployments = yield* Deployments
      assert.deepStrictEqual(yield* within(deployments.list), [])
      assert.deepStrictEqual(yield* within(deployments.get(deployment.id)), ended)
      const steps = yield* within(deployments.history(deployment.id))
      assert.deepStrictEqual(
        steps.map(({ from, to }) => [from, to]),
        [
          [null, "installed"],
          ["installed", "destroyed"]
        ]
      )
      // Again: nothing changes, and nothing is recorded.
      assert.deepStrictEqual(yield* within(destroy(deployment.id)), ended)
      assert.deepStrictEqual((yield* lastRecords(tenant.id, 2))[0], done.at(-1))
    })
  )

  it.effect("gives its exclusive credential back, and keeps its slug and its connections", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const { deployment } = yield* within(install({ slug: "bot", choices: { telegram: bot(311) } }))
      yield* within(destroy(deployment.id))
      const connections = yield* within(Effect.flatMap(Connections, (connections) => connections.list))
      assert.deepStrictEqual(
        connections.map(({ name, status }) => [String(name), status]),
        [["bot", "active"]]
      )
      const refusal = yield* Effect.flip(within(install({ slug: "bot", choices: { telegram: bot(311, 2) } })))
      assert.deepInclude(refusal, { _tag: "conflict" })
      assert.include(refusal.detail, "bot-2 is free")
      assert.strictEqual(
        (yield* within(install({ slug: "bot-2", choices: { telegram: bot(311, 2) } }))).deployment.slug,
        "bot-2"
      )
    })
  )

  it.effect("takes away what its users had bound to it, too", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const { deployment } = yield* within(install({ choices: { notion: pasted("ntn_own") } }))
      const bindings = yield* Bindings
      const theirs = yield* within(connected("notion", "ntn_alice", { user: "alice" }))
      yield* within(bindings.set(deployment.id, IntegrationSlug.make("notion"), theirs))
      assert.lengthOf(yield* within(bindings.list(deployment.id)), 2)
      yield* within(destroy(deployment.id))
      assert.deepStrictEqual(yield* within(bindings.list(deployment.id)), [])
    })
  )

  it.effect("lets a run that is alive hear of it, for a minute", () =>
    Effect.gen(function* () {
      const { tenant, within } = yield* Fixture.makeTenant()
      for (const state of ["starting", "running", "paused"]) {
        const { deployment, key, key_id } = yield* within(
          install({ slug: state, choices: { notion: pasted(`ntn_${state}`) } })
        )
        yield* running(deployment.id, state)
        yield* within(destroy(deployment.id))
        const [ends] = yield* administer(
          (sql) => sql`
            SELECT revoked_at, expires_at > now() AND expires_at <= now() + interval '60 seconds' AS soon
            FROM broker.app_keys WHERE id = ${key_id}
          `
        )
        assert.deepStrictEqual(ends, { revoked_at: null, soon: true })
        assert.strictEqual((yield* Effect.flip(vended(key, "notion")))._tag, "binding_missing")
        // Of the last three, the refused vend is the last and the destruction before it.
        const [record] = yield* lastRecords(tenant.id, 3)
        assert.deepInclude(record, { action: "key.expire" })
      }
      const { deployment, key } = yield* within(install({ slug: "ended", choices: { notion: pasted("ntn_ended") } }))
      yield* running(deployment.id, "exited")
      yield* within(destroy(deployment.id))
      assert.strictEqual((yield* Effect.flip(vended(key, "notion")))._tag, "app_revoked")
    })
  )

  it.effect("uses nothing from then on: whatever is bound to it is refused by the database", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const { deployment } = yield* within(install({ choices: { notion: pasted("ntn_own") } }))
      const other = yield* within(install({ slug: "other", choices: { telegram: bot(321) } }))
      const bindings = yield* Bindings
      const handOvers = yield* HandOvers
      yield* within(destroy(deployment.id))
      for (const whose of [{}, { user: "alice" }]) {
        const id = yield* within(connected("notion", "ntn_more", { name: "more", ...whose }))
        const refused = yield* Effect.flip(within(bindings.set(deployment.id, notion, id)))
        assert.deepInclude(refused, { _tag: "forbidden" })
      }
      const move = { from: other.deployment.id, to: deployment.id, force: true }
      const refused = yield* Effect.flip(within(handOvers.move(IntegrationSlug.make("telegram"), move)))
      assert.strictEqual(refused._tag, "conflict")
      assert.deepStrictEqual(yield* within(bindings.list(deployment.id)), [])
    })
  )

  it.effect("is not bound by who came a moment later, nor given a key", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const { deployment } = yield* within(install({ choices: { notion: pasted("ntn_own") } }))
      const stripe = IntegrationSlug.make("stripe")
      const id = yield* within(connected("stripe", "sk_live_of_nobody"))
      const [bindings, keys] = [yield* Bindings, yield* AppKeys]
      const { asAdmin } = yield* TestDatabase
      const refused = yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const [binding, minting] = yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`SELECT FROM broker.deployments WHERE app_id = ${deployment.id} FOR UPDATE`
              yield* Effect.forkDetach(within(destroy(deployment.id)))
              yield* untilSoManyAreBlocked(1)
              const binding = yield* Effect.forkDetach(Effect.flip(within(bindings.set(deployment.id, stripe, id))))
              yield* untilSoManyAreBlocked(2)
              const minting = yield* Effect.forkDetach(
                Effect.flip(within(keys.mint({ app: deployment.id }, Option.none())))
              )
              yield* untilSoManyAreBlocked(3)
              return [binding, minting] as const
            })
          )
          return [yield* Fiber.join(binding), yield* Fiber.join(minting)]
        })
      )
      assert.deepStrictEqual(
        refused.map(({ _tag }) => _tag),
        ["forbidden", "validation_failed"]
      )
      assert.deepStrictEqual(yield* within(bindings.list(deployment.id)), [])
    })
  )

  it.effect("waits for who binds to it at the same moment, and then takes that away as well", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const { deployment } = yield* within(install({ choices: { notion: pasted("ntn_own") } }))
      const telegram = IntegrationSlug.make("telegram")
      const id = yield* within(connected("telegram", "322:not_a_real_bot_token"))
      const bindings = yield* Bindings
      const { asAdmin } = yield* TestDatabase
      const ended = yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const [binding, ending] = yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`SELECT FROM broker.deployments WHERE app_id = ${deployment.id} FOR UPDATE`
              const binding = yield* Effect.forkDetach(within(bindings.set(deployment.id, telegram, id)))
              yield* untilSoManyAreBlocked(1)
              const ending = yield* Effect.forkDetach(Effect.exit(within(destroy(deployment.id))))
              yield* untilSoManyAreBlocked(2)
              return [binding, ending] as const
            })
          )
          yield* Fiber.join(binding)
          return yield* Fiber.join(ending)
        })
      )
      assert.isTrue(Exit.isFailure(ended) && String(ended.cause).includes("BoundMeanwhile"), String(ended))
      assert.lengthOf(yield* within(bindings.list(deployment.id)), 2)
      yield* within(destroy(deployment.id))
      assert.deepStrictEqual(yield* within(bindings.list(deployment.id)), [])
    })
  )
})
