import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { ConnectSessions } from "@vendodev/broker/access/ConnectSessions"
import { UserTokens } from "@vendodev/broker/access/UserTokens"
import { Visits } from "@vendodev/broker/connect/Visits"
import { Tenancy } from "@vendodev/broker/database/Tenancy"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { Users } from "@vendodev/broker/manage/Users"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import { PublicUrl } from "@vendodev/broker/vend/connectUrl"
import { IntegrationSlug, noSubject, UserSubject } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"

const reachable = Fixture.layer.pipe(Layer.provide(Layer.succeed(PublicUrl, Option.some("https://vendo.example"))))

const made = Fixture.makeBound({ slug: "notion", credential: "ntn_unused_here" })
const slug = IntegrationSlug.make("notion")
const alice = UserSubject.make("alice")

const open = Effect.fn(function* (key: Redacted.Redacted, userJwt = Option.none<Redacted.Redacted>()) {
  const sessions = yield* ConnectSessions
  const { url } = yield* sessions.open(
    { key: Option.some(key), userJwt },
    { slug, returnTo: Option.some("https://tool.example/back"), state: Option.none() }
  )
  return Redacted.make(new URL(Redacted.value(url)).searchParams.get("ticket") ?? "")
})

const asAlice = Effect.fn(function* (key: Redacted.Redacted) {
  const { hash } = yield* Keyring
  const { token } = yield* (yield* UserTokens).mint({ keyHash: hash(key) }, alice, Option.none())
  return Option.some(token)
})

const redeem = (ticket: Redacted.Redacted) => Effect.flatMap(Visits, (visits) => visits.open(ticket, Option.none()))
const visited = Effect.fn(function* (token: Redacted.Redacted) {
  const visits = yield* Visits
  return yield* (yield* Tenancy).asVisit(token)(visits.current)
})
const refusal = (ticket: Redacted.Redacted) => Effect.map(Effect.flip(redeem(ticket)), ({ _tag }) => _tag)

const run = (statement: string) =>
  Effect.flatMap(TestDatabase, ({ asAdmin }) =>
    asAdmin(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)))
  )

layer(reachable, { excludeTestServices: true })("A ticket", (it) => {
  it.effect("says what it was opened for, once", () =>
    Effect.gen(function* () {
      const { app, key } = yield* made
      const ticket = yield* open(key)
      const { token } = yield* redeem(ticket)
      assert.deepInclude(yield* visited(token), {
        app: Option.some(app.id),
        user: noSubject,
        slug,
        connection: Option.none(),
        returnTo: Option.some("https://tool.example/back"),
        state: Option.none(),
        step: "open"
      })
      assert.strictEqual(yield* refusal(ticket), "not_found")
      const ofAlice = yield* redeem(yield* open(key, yield* asAlice(key)))
      assert.strictEqual((yield* visited(ofAlice.token)).user, alice)
    })
  )

  it.effect("is used by one of many who come at the same time", () =>
    Effect.gen(function* () {
      const { key, tenant } = yield* made
      for (let round = 0; round < 5; round++) {
        const ticket = yield* open(key)
        const outcomes = yield* Effect.all(
          Array.from({ length: 16 }, () => Effect.result(redeem(ticket))),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(outcomes.filter(Result.isSuccess).length, 1)
        for (const outcome of outcomes.filter(Result.isFailure)) assert.strictEqual(outcome.failure._tag, "not_found")
      }
      const records = yield* run(`SELECT body->>'action' AS action FROM broker.audit
        WHERE tenant_id = '${tenant.id}' AND body->>'action' = 'connect_session.redeem'`)
      assert.strictEqual(records.length, 5)
    })
  )

  it.effect("is none when nobody issued it, when it is no ticket, or when it is too old", () =>
    Effect.gen(function* () {
      const { key, tenant } = yield* made
      for (const text of [Redacted.value(key), "", "x", Redacted.value(mint("vendo_ct_"))]) {
        assert.strictEqual(yield* refusal(Redacted.make(text)), "not_found")
      }
      const ticket = yield* open(key)
      yield* run(`UPDATE broker.connect_sessions SET expires_at = now() WHERE tenant_id = '${tenant.id}'`)
      assert.strictEqual(yield* refusal(ticket), "not_found")
      yield* run(`UPDATE broker.connect_sessions SET expires_at = now() + interval '1 minute'
        WHERE tenant_id = '${tenant.id}'`)
      yield* redeem(ticket)
    })
  )

  it.effect("ends with the key that opened it, with its tenant, and with its user", () =>
    Effect.gen(function* () {
      const { app, key, record, tenant, within } = yield* made
      const keys = yield* AppKeys
      const users = yield* Users
      const [first, second, third] = [yield* open(key), yield* open(key), yield* open(key, yield* asAlice(key))]
      yield* within(users.remove(alice))
      assert.strictEqual(yield* refusal(third), "not_found")
      yield* run(`UPDATE broker.tenants SET status = 'suspended' WHERE id = '${tenant.id}'`)
      assert.strictEqual(yield* refusal(first), "not_found")
      yield* run(`UPDATE broker.tenants SET status = 'active' WHERE id = '${tenant.id}'`)
      yield* redeem(first)
      yield* run(`UPDATE broker.app_keys SET expires_at = now() WHERE id = '${record.id}'`)
      assert.strictEqual(yield* refusal(second), "not_found")
      yield* run(`UPDATE broker.app_keys SET expires_at = NULL WHERE id = '${record.id}'`)
      yield* within(keys.revoke(record.id))
      assert.strictEqual(yield* refusal(second), "not_found")
      const other = yield* within(keys.mint({ app: app.id }, Option.none()))
      yield* redeem(yield* open(other.key))
    })
  )

  it.effect("is opened however many are over, of which each clears a few away", () =>
    Effect.gen(function* () {
      const { app, key, record, tenant } = yield* made
      yield* run(`INSERT INTO broker.connect_sessions
          (tenant_id, id, ticket_hash, pepper_id, app_id, key_id, user_subject, integration, expires_at)
        SELECT '${tenant.id}', gen_random_uuid(), sha256(int4send(n)), 1, '${app.id}', '${record.id}', '', 'notion', 'epoch'
        FROM generate_series(1, 250) n`)
      const left = Effect.map(
        run(`SELECT FROM broker.connect_sessions WHERE expires_at = 'epoch'`),
        ({ length }) => length
      )
      const counts = [yield* left]
      for (let n = 0; n < 3; n++) {
        yield* open(key)
        counts.push(yield* left)
      }
      assert.deepStrictEqual(counts, [250, 150, 50, 0])
    })
  )
})
