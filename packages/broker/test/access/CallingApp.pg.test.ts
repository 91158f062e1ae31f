import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { CallingApp } from "@vendodev/broker/access/CallingApp"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { mint } from "@vendodev/broker/vault/KeyFormat"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"

const made = Fixture.makeBound({ slug: "notion", credential: "ntn_unused_here" })

const authenticate = Effect.fn(function* (key: Redacted.Redacted) {
  const callers = yield* CallingApp
  return yield* callers.authenticate(Option.some(key))
})
const code = (key: Redacted.Redacted) => Effect.map(Effect.flip(authenticate(key)), ({ _tag }) => _tag)

const run = (statement: string) =>
  Effect.flatMap(TestDatabase, ({ asAdmin }) =>
    asAdmin(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)))
  )

layer(Fixture.layer)("The bearer of a key", (it) => {
  it.effect("is its tenant's app, or the one connection the key is locked to", () =>
    Effect.gen(function* () {
      const { app, connection, key, record, tenant, within } = yield* made
      const { hash } = yield* Keyring
      assert.deepStrictEqual(yield* authenticate(key), {
        tenant: tenant.id,
        key: record.id,
        app: Option.some(app.id),
        connection: Option.none(),
        keyHash: hash(key)
      })
      const keys = yield* AppKeys
      const locked = yield* within(keys.mint({ connection: connection.id }, Option.none()))
      const caller = yield* authenticate(locked.key)
      assert.deepStrictEqual([caller.app, caller.connection], [Option.none(), Option.some(connection.id)])
    })
  )

  it.effect("is nobody without a key, with one that is no key, or with one nobody issued", () =>
    Effect.gen(function* () {
      const { key } = yield* made
      const callers = yield* CallingApp
      const missing = yield* Effect.flip(callers.authenticate(Option.none()))
      assert.deepInclude(missing, { _tag: "app_unknown", challenge: "none" })
      const token = yield* Fixture.AdminAccess
      const texts = ["", "x", `${Redacted.value(key)}x`, Redacted.value(key).slice(1), Redacted.value(token)]
      for (const text of texts) assert.strictEqual(yield* code(Redacted.make(text)), "app_unknown")
      assert.strictEqual(yield* code(mint("vendo_sk_")), "app_unknown")
    })
  )

  it.effect("is refused from the next call on when the key is revoked, has expired, or its tenant is suspended", () =>
    Effect.gen(function* () {
      const { key, record, tenant, within } = yield* made
      const keys = yield* AppKeys
      yield* run(`UPDATE broker.tenants SET status = 'suspended' WHERE id = '${tenant.id}'`)
      assert.strictEqual(yield* code(key), "app_revoked")
      yield* run(`UPDATE broker.tenants SET status = 'active' WHERE id = '${tenant.id}'`)
      yield* authenticate(key)
      yield* run(`UPDATE broker.app_keys SET expires_at = now() + interval '1 hour' WHERE id = '${record.id}'`)
      yield* authenticate(key)
      yield* run(`UPDATE broker.app_keys SET expires_at = now() WHERE id = '${record.id}'`)
      assert.strictEqual(yield* code(key), "app_expired")
      yield* within(keys.revoke(record.id))
      assert.strictEqual(yield* code(key), "app_revoked")
    })
  )

  it.effect("enters no tenant by being known", () =>
    Effect.gen(function* () {
      const { key } = yield* made
      const sql = yield* SqlClient.SqlClient
      const seen = yield* sql.withTransaction(
        Effect.andThen(
          authenticate(key),
          sql<{
            readonly tenant: string | null
            readonly apps: number
          }>`SELECT gate.tenant() AS tenant, (SELECT count(*)::int FROM broker.apps) AS apps`
        )
      )
      assert.deepStrictEqual(seen, [{ tenant: null, apps: 0 }])
    })
  )
})
