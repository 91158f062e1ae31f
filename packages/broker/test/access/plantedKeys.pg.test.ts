import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { createHash } from "node:crypto"
import { Tenants } from "@vendodev/broker/manage/Tenants"
import { isWellFormed, mint } from "@vendodev/broker/vault/KeyFormat"
import { generate, Keyring } from "@vendodev/broker/vault/Keyring"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"

const bound = Fixture.makeBound({ slug: "notion", credential: "ntn_not_for_a_thief" })

const ask = Effect.fn(function* (key: Redacted.Redacted) {
  const resolver = yield* CredentialResolver
  return yield* resolver.resolve({
    key: Option.some(key),
    slug: "notion",
    userJwt: Option.none(),
    connection: Option.none()
  })
})

const anotherInstallation = Effect.provide(Keyring, Keyring.layerOf(generate("other")))

/** What someone who writes the database, but has no key file, can make of a key that they know. */
const guesses = Effect.fn(function* (key: Redacted.Redacted) {
  const text = Redacted.value(key)
  return [
    createHash("sha256").update(text).digest(),
    createHash("sha256").update(`${text}\n`).digest(),
    Buffer.from(text.slice(0, 32)),
    Buffer.alloc(32),
    (yield* anotherInstallation).hash(key)
  ]
})

layer(Fixture.layer)("A copy of the database", (it) => {
  it.effect("lets nobody in: no value in it is a key or opens anything", () =>
    Effect.gen(function* () {
      const { key } = yield* bound
      yield* ask(key)
      const tenants = yield* Tenants
      const { asAdmin } = yield* TestDatabase
      const dump = yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const tables = yield* sql<{ readonly name: string }>`
            SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('broker', 'gate')`
          return yield* Effect.forEach(tables, ({ name }) => sql.unsafe(`SELECT * FROM ${name}`))
        })
      )
      const values = dump.flat().flatMap((row) =>
        Object.values(row).flatMap((value) => {
          if (!(value instanceof Uint8Array)) return [String(value)]
          const bytes = Buffer.from(value)
          return [bytes.toString(), bytes.toString("hex"), bytes.toString("base64"), bytes.toString("base64url")]
        })
      )
      assert.isAbove(values.length, 100)
      for (const value of values) {
        // Refused by their shape alone; and were they dressed up as keys, by the database.
        assert.isFalse(isWellFormed("vendo_sk_", value) || isWellFormed("vendo_at_", value))
        assert.strictEqual((yield* Effect.flip(ask(Redacted.make(value))))._tag, "app_unknown")
        assert.strictEqual((yield* Effect.flip(tenants.list(Redacted.make(value))))._tag, "session_required")
      }
      assert.isFalse(values.some((value) => value.includes(Redacted.value(key).slice(13))))
    })
  )

  it.effect("can be given no key that works without the key file", () =>
    Effect.gen(function* () {
      const { asAdmin } = yield* TestDatabase
      const { app, tenant } = yield* bound
      const tenants = yield* Tenants
      const { hash } = yield* Keyring
      const plant = Effect.fn(function* (stored: Uint8Array, table: "app_keys" | "admin_tokens") {
        const sql = yield* SqlClient.SqlClient
        yield* table === "app_keys"
          ? sql`INSERT INTO broker.app_keys (tenant_id, id, app_id, key_hash, pepper_id, hint)
              VALUES (${tenant.id}, gen_random_uuid(), ${app.id}, ${stored}, 1, 'vendo_sk_abcd')`
          : sql`INSERT INTO broker.admin_tokens (id, token_hash, pepper_id, hint, name)
              VALUES (gen_random_uuid(), ${stored}, 1, 'vendo_at_abcd', 'planted')`
      })
      const [key, token] = [mint("vendo_sk_"), mint("vendo_at_")]
      yield* asAdmin(
        Effect.gen(function* () {
          for (const stored of yield* guesses(key)) yield* plant(stored, "app_keys")
          for (const stored of yield* guesses(token)) yield* plant(stored, "admin_tokens")
        })
      )
      assert.strictEqual((yield* Effect.flip(ask(key)))._tag, "app_unknown")
      assert.strictEqual((yield* Effect.flip(tenants.list(token)))._tag, "session_required")

      // With the key file the same rows do open: it is the pepper that was missing.
      yield* asAdmin(Effect.andThen(plant(hash(key), "app_keys"), plant(hash(token), "admin_tokens")))
      assert.strictEqual(Redacted.value((yield* ask(key)).token), "ntn_not_for_a_thief")
      assert.isAbove((yield* tenants.list(token)).length, 0)
    })
  )
})
