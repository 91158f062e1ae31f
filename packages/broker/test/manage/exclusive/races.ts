/** Many who want what one may have. */
import { assert } from "@effect/vitest"
import { Array, Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { type ConnectionId, DisplayName, IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"

export const binders = Array.range(1, 8)
export const telegram = IntegrationSlug.make("telegram")

type Made = Effect.Success<ReturnType<typeof Fixture.makeTenant>>
type App = Made["app"]

interface Contender {
  readonly made: Made
  readonly app: App
  readonly connection: ConnectionId
}

export const addApp = Effect.fn(function* ({ within }: Made, slug: string, kind: App["kind"] = "production") {
  const apps = yield* Apps
  return yield* within(apps.create({ slug: Slug.make(slug), name: DisplayName.make(slug), kind }))
})

/** A connection to a bot: the number is the bot, what follows is re-issued at will. */
export const paste = Effect.fn(function* ({ within }: Made, bot: number, issue = 1, name = `bot ${bot} by ${issue}`) {
  const connections = yield* Connections
  const credential = Option.some(Redacted.make(`${bot}:issue_${issue}_${"x".repeat(20)}`))
  const input = { slug: telegram, name: DisplayName.make(name), profile: Option.none(), credential }
  return (yield* within(connections.create(input))).id
})

export const bind = Effect.fn(function* ({ app, connection, made }: Contender, slug = telegram) {
  const bindings = yield* Bindings
  return yield* made.within(bindings.set(app.id, slug, connection))
})

export const unbind = Effect.fn(function* ({ app, made }: Contender, slug = telegram) {
  const bindings = yield* Bindings
  yield* made.within(bindings.remove(app.id, slug))
})

export const revoke = Effect.fn(function* ({ connection, made }: Contender) {
  const connections = yield* Connections
  yield* made.within(connections.revoke(connection))
})

/** Everyone binds at once. One wins; the others learn who did, if it is one of their own. */
const race = Effect.fn(function* (contenders: ReadonlyArray<Contender>) {
  const outcomes = yield* Effect.forEach(
    contenders,
    (one) =>
      Effect.match(bind(one), {
        onSuccess: () => ({ one, refused: undefined }),
        onFailure: (refused) => ({ one, refused })
      }),
    { concurrency: "unbounded" }
  )
  const [winner, ...more] = outcomes.flatMap(({ one, refused }) => (refused === undefined ? [one] : []))
  if (winner === undefined || more.length > 0) return assert.fail(`${winner === undefined ? 0 : 1 + more.length} won`)
  const losers = outcomes.flatMap(({ one, refused }) => (refused === undefined ? [] : [{ one, refused }]))
  for (const { one, refused } of losers) {
    const { id, name, slug } = winner.app
    const known = one.made === winner.made ? { app_id: id, app_slug: slug, app_name: name } : null
    assert.deepInclude(refused, { _tag: "connection_in_use", bound_to: known })
  }
  return { winner, losers: losers.map(({ one }) => one) }
})

/** Consumers of the credential that connection holds, in all tenants, as its administrator counts them. */
const consumers = Effect.fn(function* (connection: ConnectionId) {
  const sql = yield* SqlClient.SqlClient
  const rows =
    yield* sql`SELECT FROM broker.app_connection_bindings b JOIN broker.connections c USING (integration, slot)
    WHERE c.id = ${connection} AND b.exclusive`
  return rows.length
})

const contest = Effect.gen(function* () {
  const home = yield* Fixture.makeTenant()
  const apps = yield* Effect.forEach(binders, (i) => addApp(home, `app-${i}`))
  const abroad = yield* Effect.forEach(binders, () => Fixture.makeTenant())
  const near = apps.map((app) => ({ made: home, app }))
  const far = abroad.map((made) => ({ made, app: made.app }))
  const each = (
    places: ReadonlyArray<Omit<Contender, "connection">>,
    connect: (made: Made, i: number) => ReturnType<typeof paste>
  ) =>
    Effect.forEach(
      places,
      (place, i) => Effect.map(connect(place.made, i), (connection) => ({ ...place, connection })),
      { concurrency: "unbounded" }
    )
  const variants: ReadonlyArray<(bot: number) => ReturnType<typeof each>> = [
    // One connection, eight apps.
    (bot) => Effect.map(paste(home, bot), (connection) => near.map((place) => ({ ...place, connection }))),
    // The same token pasted eight times in one tenant.
    (bot) => each(near, (made, i) => paste(made, bot, 1, `again ${bot} ${i}`)),
    // A token re-issued seven times: other secrets, the same bot.
    (bot) => each(near, (made, i) => paste(made, bot, i)),
    // The same token in eight tenants.
    (bot) => each(far, (made) => paste(made, bot)),
    // Half at home, half in other tenants, with re-issued tokens.
    (bot) => each([...near.slice(0, 4), ...far.slice(4)], (made, i) => paste(made, bot, i))
  ]
  return variants
})

/** So many races for one credential, and as many for what its winner gave back. */
export const races = Effect.fnUntraced(function* (rounds: number) {
  const { asAdmin } = yield* TestDatabase
  const variants = yield* contest
  yield* asAdmin(
    Effect.gen(function* () {
      for (let round = 0; round < rounds; round++) {
        const contenders = yield* variants[round % variants.length]?.(1_000 + round) ?? Effect.succeed([])
        const first = yield* race(contenders)
        assert.strictEqual(first.losers.length, 7)
        assert.strictEqual(yield* consumers(first.winner.connection), 1)

        // The slot is given back by unbinding, or by revoking: then of the same bot another connection is left.
        const revoking = Math.floor(round / variants.length) % 2 === 1
        yield* revoking ? revoke(first.winner) : unbind(first.winner)
        const left = first.losers.filter(({ connection }) => !revoking || connection !== first.winner.connection)
        const [loser] = first.losers
        const next =
          left.length > 0 || loser === undefined
            ? left
            : [{ ...loser, connection: yield* paste(loser.made, 1_000 + round, 99) }]
        const second = yield* race(next)
        assert.strictEqual(yield* consumers(second.winner.connection), 1)
      }
    })
  )
})
