import { assert, layer } from "@effect/vitest"
import { Array, Effect, Fiber, Random } from "effect"
import { SqlClient } from "effect/sql"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Deployments } from "@vendodev/broker/install/Deployments"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import type { BrokerError } from "@vendodev/domain/BrokerError"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { seeded } from "../access/fixtures/seeded.ts"
import { untilBlocked } from "../database/session.ts"
import { connected } from "./fixtures/deployed.ts"
import { administer, bot, existing, install, pasted, pool, withPool } from "./fixtures/installing.ts"

const at = { concurrency: "unbounded" } as const
const rounds = 10
const racers = Array.range(1, 6)

/** As many outcomes as there were racers, by what became of each. */
const raced = <A, E extends BrokerError, R>(all: ReadonlyArray<Effect.Effect<A, E, R>>) =>
  Effect.map(
    Effect.forEach(
      all,
      (one) => Effect.match(one, { onSuccess: (won) => ({ won }), onFailure: (refused) => ({ refused }) }),
      at
    ),
    (outcomes) => ({
      won: outcomes.flatMap((outcome) => ("won" in outcome ? [outcome.won] : [])),
      refused: outcomes.flatMap((outcome) => ("refused" in outcome ? [outcome.refused] : []))
    })
  )

/** Somebody else's transaction, until it is committed. */
const whileHeld = <A, E, R>(work: (sql: SqlClient.SqlClient) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(TestDatabase, ({ asAdmin }) =>
    asAdmin(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.withTransaction(work(sql))))
  )

layer(withPool)("Installations at the same time", (it) => {
  it.effect(
    `give a bot to exactly one of ${racers.length}, in each of ${rounds} rounds, and name it to the others of its tenant`,
    () =>
      Effect.gen(function* () {
        const home = yield* Fixture.makeTenant()
        const abroad = yield* Fixture.makeTenant()
        for (let round = 0; round < rounds; round++) {
          const number = 4_000 + round
          const { refused, won } = yield* raced(
            racers.map((i) => {
              const made = i % 3 === 0 ? abroad : home
              const slug = `bot-${round}-${i}`
              return Effect.map(
                made.within(install({ slug, choices: { telegram: bot(number, i), openai: pool } })),
                ({ deployment }) => ({ made, deployment })
              )
            })
          )
          assert.lengthOf(won, 1)
          const [winner] = won
          assert.lengthOf(refused, racers.length - 1)
          for (const refusal of refused) {
            if (refusal._tag !== "connection_in_use") return assert.fail(refusal._tag)
            const [taken, ...more] = refusal.taken ?? []
            assert.deepStrictEqual(more, [])
            assert.deepInclude(taken, { slug: "telegram", connection_id: null, bound_to: refusal.bound_to })
            if (refusal.bound_to !== null) assert.strictEqual(refusal.bound_to.app_id, winner?.deployment.id)
          }
          const told = refused.filter((refusal) => "bound_to" in refusal && refusal.bound_to !== null)
          assert.lengthOf(told, winner?.made === home ? 3 : 1)
          const consumers = yield* administer(
            (sql) => sql`
              SELECT FROM broker.app_connection_bindings b JOIN broker.connections c
                ON c.tenant_id = b.tenant_id AND c.id = b.connection_id
              WHERE c.metadata ->> 'telegram_bot_id' = ${String(number)}
            `
          )
          assert.lengthOf(consumers, 1)
        }
        // Of those that lost nothing is left: one app a round, beside the one each tenant began with.
        const apps = yield* Apps
        const [here, there] = [yield* home.within(apps.list), yield* abroad.within(apps.list)]
        assert.strictEqual(here.length + there.length, rounds + 2)
      }),
    2 * 60_000
  )

  it.effect("under one slug are one installation, and the others are told what is free", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const { refused, won } = yield* raced(
        racers.map((i) => within(install({ slug: "one", choices: { notion: pasted(`ntn_${i}`) } })))
      )
      assert.lengthOf(won, 1)
      for (const refusal of refused) {
        assert.deepInclude(refusal, {
          _tag: "conflict",
          detail: "the slug one is taken in this tenant; one-2 is free"
        })
      }
      assert.lengthOf(refused, racers.length - 1)
    })
  )

  it.effect("with a revocation wait for it, and say that the connection was revoked", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const connection = yield* within(connected("notion", "ntn_revoked"))
      const installing = yield* whileHeld((sql) =>
        Effect.gen(function* () {
          yield* sql`UPDATE broker.connections SET status = 'revoked', revoked_at = now(), secret_box = NULL,
            dek_version = NULL, slot = uuid_send(id) WHERE id = ${connection}`
          const installing = yield* Effect.forkDetach(within(install({ choices: { notion: existing(connection) } })))
          yield* untilBlocked
          return installing
        })
      )
      const refusal = yield* Effect.flip(Fiber.join(installing))
      assert.deepInclude(refusal, { _tag: "validation_failed", missing: ["notion"] })
      assert.include(refusal.message, "was revoked")
    })
  )

  it.effect("take connections in the order of their ids, as everybody does who takes several", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const connect = (slug: string) =>
        Effect.suspend(() => within(connected(slug, "token", { name: crypto.randomUUID() })))
      // The other way around than by slug.
      const { notion, stripe } = yield* Effect.repeat(
        Effect.all({ notion: connect("notion"), stripe: connect("stripe") }),
        { until: ({ notion, stripe }) => stripe < notion }
      )
      const installing = yield* whileHeld((sql) =>
        Effect.gen(function* () {
          yield* sql`SELECT FROM broker.connections WHERE id = ${stripe} FOR UPDATE`
          const choices = { notion: existing(notion), stripe: existing(stripe) }
          const installing = yield* Effect.forkDetach(within(install({ choices })))
          yield* untilBlocked
          yield* sql`SELECT FROM broker.connections WHERE id = ${notion} FOR UPDATE`
          return installing
        })
      )
      assert.lengthOf((yield* Fiber.join(installing)).deployment.bindings, 2)
    })
  )

  it.effect(
    "with revocations, bindings and destructions never wait in a circle",
    () =>
      Effect.gen(function* () {
        const { app, within } = yield* Fixture.makeTenant()
        const [connections, bindings, deployments] = [yield* Connections, yield* Bindings, yield* Deployments]
        for (let round = 0; round < 8; round++) {
          const chosen = yield* Effect.forEach(["notion", "stripe", "openai"], (slug) =>
            Effect.map(within(connected(slug, `token_${round}`, { name: `of ${round}` })), (id) => ({ slug, id }))
          )
          const before = yield* within(deployments.list)
          const choices = Object.fromEntries(chosen.map(({ id, slug }) => [slug, existing(id)]))
          const work = yield* Random.shuffle([
            ...racers.map((i) => within(Effect.asVoid(install({ slug: `d-${round}-${i}`, choices })))),
            ...chosen.map(({ id }) => within(Effect.asVoid(connections.revoke(id)))),
            ...chosen.map(({ id, slug }) =>
              within(Effect.asVoid(bindings.set(app.id, IntegrationSlug.make(slug), id)))
            ),
            // Nothing is bound to them meanwhile.
            ...before.map(({ id }) =>
              within(Effect.asVoid(Effect.catchTag(deployments.destroy(id), "BoundMeanwhile", Effect.die)))
            )
          ])
          const { refused } = yield* raced<void, BrokerError, Deployments>(work)
          // A circle is broken by the database, which would be answered as `unavailable`.
          for (const { _tag } of refused) assert.include(["validation_failed", "connection_revoked"], _tag)
        }
      }).pipe(seeded),
    2 * 60_000
  )
})
