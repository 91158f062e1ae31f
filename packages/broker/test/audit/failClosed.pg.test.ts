import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Apps } from "@vendodev/broker/manage/Apps"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { Tenants } from "@vendodev/broker/manage/Tenants"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { DisplayName, IntegrationSlug, Slug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { untilBlocked } from "../database/session.ts"

const notion = IntegrationSlug.make("notion")
const bound = Fixture.makeBound({ slug: notion, credential: "ntn_recorded_or_not_vended" })

const ask = Effect.fn(function* (key: Redacted.Redacted, slug: string = notion) {
  const resolver = yield* CredentialResolver
  const question = { key: Option.some(key), slug, userJwt: Option.none(), connection: Option.none() }
  return Redacted.value((yield* resolver.resolve(question)).token)
})

/** Everything a tenant has and the log of it, to see that nothing moved. */
const everything = Effect.flatMap(TestDatabase, ({ asAdmin }) =>
  asAdmin(
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      Effect.all([
        sql`SELECT * FROM broker.tenants ORDER BY id`,
        sql`SELECT * FROM broker.apps ORDER BY id`,
        sql`SELECT * FROM broker.connections ORDER BY id`,
        sql`SELECT * FROM broker.app_connection_bindings ORDER BY app_id`,
        sql`SELECT * FROM broker.app_keys ORDER BY id`,
        sql`SELECT * FROM broker.audit ORDER BY tenant_id, seq`,
        sql`SELECT * FROM broker.audit_heads ORDER BY tenant_id`
      ])
    )
  )
)

const fails = <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.map(Effect.exit(work), ({ _tag }) => _tag === "Failure")

/** While it runs, no record can be written. */
const withoutLog = Effect.fn(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const { asAdmin } = yield* TestDatabase
  const run = (statement: string) => asAdmin(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)))
  return yield* Effect.acquireUseRelease(
    run("REVOKE INSERT ON broker.audit FROM vendo_gate"),
    () => work,
    () => run("GRANT INSERT ON broker.audit TO vendo_gate")
  )
})

layer(Fixture.layer)("Where no record can be written", (it) => {
  it.effect("nothing is vended, and no denial is answered as one", () =>
    Effect.gen(function* () {
      const { key } = yield* bound
      for (const vend of [ask(key), ask(key, "openai"), ask(key, "no-such-integration")]) {
        const answered = yield* withoutLog(Effect.exit(vend))
        assert.isTrue(answered._tag === "Failure" && answered.cause.reasons.every(({ _tag }) => _tag === "Die"))
      }
      assert.strictEqual(yield* ask(key), "ntn_recorded_or_not_vended")
    })
  )

  it.effect("nothing is changed", () =>
    Effect.gen(function* () {
      const token = yield* Fixture.AdminAccess
      const [apps, bindings, connections] = [yield* Apps, yield* Bindings, yield* Connections]
      const [keys, tenants] = [yield* AppKeys, yield* Tenants]
      const { app, connection, record, within } = yield* bound
      const pasted = (name: string) => ({
        slug: notion,
        name: DisplayName.make(name),
        profile: Option.none(),
        credential: Option.some(Redacted.make("ntn_other"))
      })
      const second = yield* within(connections.create(pasted("second")))
      const before = yield* everything
      const changes = [
        fails(tenants.create(token, { slug: Slug.make("new"), name: DisplayName.make("New") })),
        fails(within(apps.create({ slug: Slug.make("new"), name: DisplayName.make("New"), kind: "production" }))),
        fails(within(connections.create(pasted("new")))),
        fails(within(bindings.set(app.id, notion, second.id))),
        fails(within(bindings.remove(app.id, notion))),
        fails(within(keys.mint({ app: app.id }, Option.none()))),
        fails(within(keys.revoke(record.id))),
        fails(within(connections.revoke(connection.id)))
      ]
      for (const [i, change] of changes.entries()) {
        assert.isTrue(yield* withoutLog(change), `${i}`)
        assert.deepStrictEqual(yield* everything, before, `${i}`)
      }
    })
  )

  it.effect("a vend waits for its record: while the log is held, no token leaves", () =>
    Effect.gen(function* () {
      const { key } = yield* bound
      const { asAdmin } = yield* TestDatabase
      yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const vend = yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`LOCK TABLE broker.audit IN EXCLUSIVE MODE`
              const vend = yield* Effect.forkChild(ask(key))
              yield* untilBlocked
              assert.isUndefined(vend.pollUnsafe())
              return vend
            })
          )
          assert.strictEqual(yield* Fiber.join(vend), "ntn_recorded_or_not_vended")
        })
      )
    })
  )
})
