import { assert, layer } from "@effect/vitest"
import { Array, Effect, Fiber, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { type ConnectionId, DisplayName, IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { insideThenUndone, refusal, untilBlocked } from "../database/session.ts"

const rounds = 200
const binders = Array.range(1, 8)
const telegram = IntegrationSlug.make("telegram")
const notion = IntegrationSlug.make("notion")

type Made = Effect.Success<ReturnType<typeof Fixture.makeTenant>>
type App = Made["app"]

interface Contender {
  readonly made: Made
  readonly app: App
  readonly connection: ConnectionId
}

const addApp = Effect.fn(function* ({ within }: Made, slug: string, kind: App["kind"] = "production") {
  const apps = yield* Apps
  return yield* within(apps.create({ slug: Slug.make(slug), name: DisplayName.make(slug), kind }))
})

/** A connection to a bot: the number is the bot, what follows is re-issued at will. */
const paste = Effect.fn(function* ({ within }: Made, bot: number, issue = 1, name = `bot ${bot} by ${issue}`) {
  const connections = yield* Connections
  const credential = Option.some(Redacted.make(`${bot}:issue_${issue}_${"x".repeat(20)}`))
  const input = { slug: telegram, name: DisplayName.make(name), profile: Option.none(), credential }
  return (yield* within(connections.create(input))).id
})

const bind = Effect.fn(function* ({ app, connection, made }: Contender, slug = telegram) {
  const bindings = yield* Bindings
  return yield* made.within(bindings.set(app.id, slug, connection))
})

const unbind = Effect.fn(function* ({ app, made }: Contender, slug = telegram) {
  const bindings = yield* Bindings
  yield* made.within(bindings.remove(app.id, slug))
})

const revoke = Effect.fn(function* ({ connection, made }: Contender) {
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

layer(Fixture.layer)("An exclusive credential", (it) => {
  it.effect(
    `has one consumer after each of ${rounds} races of ${binders.length}, and none once that is gone`,
    () =>
      Effect.gen(function* () {
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
      }),
    3 * 60_000
  )

  it.effect("is never given to a sandbox, by whatever way", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      const sandbox = yield* addApp(made, "sandbox", "sandbox")
      const connection = yield* paste(made, 31)
      const sql = yield* SqlClient.SqlClient
      const inSandbox = { made, app: sandbox, connection }
      assert.strictEqual((yield* Effect.flip(bind(inSandbox)))._tag, "forbidden")
      yield* bind({ ...inSandbox, app: made.app })
      assert.deepInclude(yield* Effect.flip(bind(inSandbox)), {
        _tag: "connection_in_use",
        bound_to: { app_id: made.app.id, app_slug: made.app.slug, app_name: made.app.name }
      })
      yield* unbind({ ...inSandbox, app: made.app })

      const insert = (kind: string, exclusive: boolean) =>
        sql`INSERT INTO broker.app_connection_bindings
            (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot)
          SELECT ${made.tenant.id}, ${sandbox.id}, ${kind}, id, integration, ${exclusive}, slot
          FROM broker.connections WHERE id = ${connection}`
      const lies = [
        { code: "23514", constraint: "sandbox_never_exclusive", lie: insert("sandbox", true) },
        // Claiming another kind, or a credential that is not exclusive, fails at the foreign keys.
        {
          code: "23503",
          constraint: "app_connection_bindings_tenant_id_app_id_app_kind_fkey",
          lie: insert("production", true)
        },
        { code: "23503", lie: insert("sandbox", false) },
        { code: "42501", lie: sql`UPDATE broker.apps SET kind = 'production'` }
      ]
      for (const { lie, ...expected } of lies) {
        assert.deepInclude(yield* insideThenUndone(made.tenant.id, refusal(lie)), expected)
      }
    })
  )

  it.effect("can not become a sandbox's by its app turning into one, even for the administrator", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      yield* bind({ made, app: made.app, connection: yield* paste(made, 32) })
      const { asAdmin } = yield* TestDatabase
      const turned = yield* asAdmin(
        Effect.flatMap(SqlClient.SqlClient, (sql) =>
          refusal(sql`UPDATE broker.apps SET kind = 'sandbox' WHERE id = ${made.app.id}`)
        )
      )
      assert.strictEqual(turned.code, "23503")
    })
  )

  it.effect("of another tenant is said to be in use, and not by whom", () =>
    Effect.gen(function* () {
      const [holder, other] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      yield* bind({ made: holder, app: holder.app, connection: yield* paste(holder, 33) })
      const refused = yield* Effect.flip(bind({ made: other, app: other.app, connection: yield* paste(other, 33, 2) }))
      assert.deepInclude(refused, { _tag: "connection_in_use", bound_to: null })
      for (const secret of [holder.tenant.id, holder.tenant.slug, holder.app.id]) {
        assert.notInclude(JSON.stringify(refused), secret)
      }
    })
  )

  it.effect("bound while it is being revoked is refused as revoked", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      const connection = yield* paste(made, 34)
      const { asAdmin } = yield* TestDatabase
      yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const binding = yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`UPDATE broker.connections SET status = 'revoked', revoked_at = now(), secret_box = NULL,
                dek_version = NULL, slot = uuid_send(id) WHERE id = ${connection}`
              const binding = yield* Effect.forkChild(Effect.flip(bind({ made, app: made.app, connection })))
              yield* untilBlocked
              return binding
            })
          )
          assert.strictEqual((yield* Fiber.join(binding))._tag, "connection_revoked")
        })
      )
    })
  )

  it.effect("can not be made of one that two apps share", () =>
    Effect.gen(function* () {
      const { app, connection, made } = yield* Effect.map(
        Fixture.makeBound({ slug: "notion", credential: "ntn_of_two_apps" }),
        (bound) => ({ ...bound, made: bound })
      )
      const second = yield* addApp(made, "second")
      const { asAdmin } = yield* TestDatabase
      const flip = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`UPDATE broker.integrations SET exclusive = NOT exclusive WHERE slug = ${notion}`
      )
      yield* bind({ made, app: second, connection: connection.id }, notion)
      assert.deepInclude(yield* asAdmin(refusal(flip)), { code: "23505", constraint: "one_consumer" })
      yield* unbind({ made, app: second, connection: connection.id }, notion)
      yield* asAdmin(flip)
      const refused = yield* Effect.flip(bind({ made, app: second, connection: connection.id }, notion))
      assert.deepInclude(refused, { _tag: "connection_in_use" })
      assert.strictEqual(refused._tag === "connection_in_use" ? refused.bound_to?.app_id : "", app.id)
    })
  )
})
