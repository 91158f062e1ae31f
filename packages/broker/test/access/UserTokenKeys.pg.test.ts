import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { compactVerify, createLocalJWKSet } from "jose"
import { createPrivateKey } from "node:crypto"
import { generate, Keyring } from "@vendodev/broker/vault/Keyring"
import { privateKeyOf } from "@vendodev/broker/vault/tokenSignature"
import { UserSubject } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import {
  accepts,
  asAdmin,
  caller,
  headerOf,
  keyRows,
  keysAreOlder,
  mint,
  node,
  nodeWith,
  run
} from "./fixtures/nodes.ts"

const subject = UserSubject.make("user-17")
const aSecond = TestClock.adjust("1 second")

layer(Fixture.layer)("The broker's key for user tokens", (it) => {
  it.effect("is one, however many processes first need it at once", () =>
    Effect.gen(function* () {
      const nodes = yield* Effect.replicateEffect(node, 6)
      const idle = yield* node
      const { keyHash } = yield* caller
      // Each has looked, and seen none.
      for (const { tokens } of [...nodes, idle]) assert.deepStrictEqual(yield* tokens.jwks, { keys: [] })
      const minted = yield* Effect.forEach(nodes, (one) => mint(one, keyHash), { concurrency: "unbounded" })
      assert.deepStrictEqual(
        (yield* keyRows).map(({ state }) => state),
        ["active"]
      )
      for (const one of nodes) {
        for (const { token } of minted) assert.strictEqual(yield* accepts(one, token), subject)
      }
      // One that has seen none takes the first token as well, without waiting for its next look.
      const [first] = minted
      if (first !== undefined) assert.strictEqual(yield* accepts(idle, first.token), subject)
    })
  )

  it.effect("is replaced without a token being refused, and retired on every process within a second", () =>
    Effect.gen(function* () {
      const nodes = yield* Effect.replicateEffect(node, 4)
      const [one, other] = nodes
      if (one === undefined || other === undefined) return assert.fail()
      const { keyHash } = yield* caller
      const old = (yield* mint(one, keyHash)).token
      const everywhere = (token: Redacted.Redacted) => Effect.forEach(nodes, (each) => accepts(each, token))
      const all = (answer: string) => nodes.map(() => answer)
      assert.deepStrictEqual(yield* everywhere(old), all(subject))
      const before = Object(headerOf(old)).kid
      const kid = yield* one.keys.rotate
      assert.notStrictEqual(kid, before)
      // Not signed with before every process has had the time to see it, or tokens would be refused there.
      const between = (yield* mint(one, keyHash)).token
      assert.deepInclude(headerOf(between), { kid: before })
      assert.deepStrictEqual(yield* everywhere(between), all(subject))
      yield* keysAreOlder
      yield* aSecond
      const after = (yield* mint(other, keyHash)).token
      assert.deepInclude(headerOf(after), { kid })
      for (const token of [old, between, after]) assert.deepStrictEqual(yield* everywhere(token), all(subject))

      assert.isTrue(yield* one.keys.retire(before))
      assert.strictEqual(yield* accepts(one, old), "identity_invalid")
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(yield* accepts(one, old), "identity_invalid")
      yield* TestClock.adjust("1 millis")
      // Remembered by all of them, and good for an hour still.
      assert.deepStrictEqual(yield* everywhere(old), all("identity_invalid"))
      assert.deepStrictEqual(yield* everywhere(after), all(subject))
      assert.isFalse(yield* one.keys.retire(before))
      assert.isFalse(yield* one.keys.retire("no-such-key"))
    })
  )

  it.effect("is one still, when two processes replace it at once", () =>
    Effect.gen(function* () {
      const nodes = yield* Effect.replicateEffect(node, 4)
      const kids = yield* Effect.forEach(nodes, ({ keys }) => keys.rotate, { concurrency: "unbounded" })
      const active = (yield* keyRows).filter(({ state }) => state === "active")
      assert.strictEqual(active.length, 1)
      assert.include(kids, active[0]?.kid)
    })
  )

  it.effect("that is retired and was the only one is replaced when the next token is asked for", () =>
    Effect.gen(function* () {
      const one = yield* node
      const { keyHash } = yield* caller
      for (const { kid } of yield* keyRows) yield* one.keys.retire(kid)
      assert.deepStrictEqual(yield* one.tokens.jwks, { keys: [] })
      assert.strictEqual(yield* accepts(one, (yield* mint(one, keyHash)).token), subject)
    })
  )

  it.effect("is published without its private half, so that others can verify as well, until it is retired", () =>
    Effect.gen(function* () {
      const one = yield* node
      const { keyHash } = yield* caller
      const { token } = yield* mint(one, keyHash)
      yield* one.keys.rotate
      const jwks = yield* one.tokens.jwks
      assert.deepStrictEqual(
        new Set(jwks.keys.map((key) => Object.keys(key).toSorted().join())),
        new Set(["alg,crv,kid,kty,use,x,y"])
      )
      const known = (yield* keyRows).filter(({ state }) => state !== "retired").map(({ kid }) => kid)
      assert.sameMembers(
        jwks.keys.map(({ kid }) => kid),
        known
      )
      yield* Effect.promise(() => compactVerify(Redacted.value(token), createLocalJWKSet({ keys: [...jwks.keys] })))
      yield* one.keys.retire(Object(headerOf(token)).kid)
      assert.strictEqual((yield* one.tokens.jwks).keys.length, known.length - 1)
    })
  )

  it.effect("is not believed for longer than a second while the database can not be asked", () =>
    Effect.gen(function* () {
      const one = yield* node
      const { keyHash } = yield* caller
      const { token } = yield* mint(one, keyHash)
      const { name } = yield* TestDatabase
      yield* Effect.acquireUseRelease(
        Effect.andThen(
          run(`ALTER DATABASE ${name} CONNECTION LIMIT 0`),
          run(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'vendo_server' AND datname = current_database()"
          )
        ),
        () =>
          Effect.gen(function* () {
            yield* TestClock.adjust("999 millis")
            assert.strictEqual(yield* accepts(one, token), subject)
            yield* TestClock.adjust("1 millis")
            assert.strictEqual(yield* accepts(one, token), "unavailable")
          }),
        () => run(`ALTER DATABASE ${name} CONNECTION LIMIT -1`)
      )
      assert.strictEqual(yield* accepts(one, token), subject)
    })
  )
})

layer(Fixture.layer)("Someone who can read and write the database, and has no key file,", (it) => {
  it.effect("finds no private key in it", () =>
    Effect.gen(function* () {
      const one = yield* node
      yield* mint(one, (yield* caller).keyHash)
      const keyring = yield* Keyring
      const [row] = yield* keyRows
      if (row === undefined) return assert.fail()
      const place = { kind: "user-token-key", of: row.kid } as const
      const key = privateKeyOf(yield* keyring.open(place, { kekId: row.kek_id, sealed: row.sealed }))
      const d = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url")
      const dump = yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const tables = yield* sql<{ readonly name: string }>`
            SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('broker', 'gate')`
          return yield* Effect.forEach(tables, ({ name }) => sql.unsafe(`SELECT * FROM ${name}`))
        })
      )
      const values = dump.flat().flatMap((found) => Object.values(found))
      const forms = [d.toString("latin1"), d.toString("hex"), d.toString("base64"), d.toString("base64url")]
      for (const value of values) {
        const text = value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)
        for (const form of forms) assert.notInclude(text, form)
        if (value instanceof Uint8Array) {
          assert.throws(() => createPrivateKey({ key: Buffer.from(value), format: "der", type: "pkcs8" }))
        }
      }
      assert.strictEqual(d.length, 32)
    })
  )

  it.effect("can add no key that verifies, and move none under another name", () =>
    Effect.gen(function* () {
      const { keyHash } = yield* caller
      const one = yield* node
      const thief = yield* nodeWith(Keyring.layerOf(generate("test")))
      yield* mint(one, keyHash)
      for (const { kid } of yield* keyRows) yield* one.keys.retire(kid)
      // Made in the same database, by a process with keys of its own.
      const forged = (yield* mint(thief, keyHash)).token
      assert.strictEqual(yield* accepts(thief, forged), subject)
      yield* aSecond
      assert.strictEqual(yield* accepts(one, forged), "identity_invalid")
      assert.deepStrictEqual(yield* one.tokens.jwks, { keys: [] })
      // And what can not be opened is not signed with, nor silently replaced.
      assert.strictEqual((yield* Effect.flip(mint(one, keyHash)))._tag, "unavailable")

      yield* run("UPDATE broker.user_token_keys SET state = 'retired', retired_at = now() WHERE state = 'active'")
      yield* aSecond
      const good = (yield* mint(one, keyHash)).token
      const { kid } = Object(headerOf(good))
      yield* run(`UPDATE broker.user_token_keys SET kid = '${"A".repeat(43)}' WHERE kid = '${kid}'`)
      yield* aSecond
      assert.strictEqual(yield* accepts(one, good), "identity_invalid")
      assert.deepStrictEqual(yield* one.tokens.jwks, { keys: [] })
    })
  )

  it.effect("can, as the server, neither bring a key back, nor change one, nor remove one", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const one = yield* node
      yield* run("DELETE FROM broker.user_token_keys")
      yield* aSecond
      yield* mint(one, (yield* caller).keyHash)
      const kid = yield* one.keys.rotate
      yield* one.keys.retire(kid)
      const back = yield* sql`
        UPDATE broker.user_token_keys SET state = 'verify_only', retired_at = NULL WHERE state = 'retired' RETURNING kid`
      assert.deepStrictEqual(back, [])
      const denied = [
        sql`UPDATE broker.user_token_keys SET state = 'active' WHERE state = 'verify_only'`,
        sql`UPDATE broker.user_token_keys SET sealed = ''`,
        sql`UPDATE broker.user_token_keys SET kid = kid`,
        sql`UPDATE broker.user_token_keys SET created_at = now()`,
        sql`DELETE FROM broker.user_token_keys`,
        sql`INSERT INTO broker.user_token_keys (kid, kek_id, sealed, state) VALUES (${"B".repeat(43)}, 'k', '', 'verify_only')`
      ]
      for (const statement of denied) assert.strictEqual((yield* Effect.exit(statement))._tag, "Failure")
    })
  )
})
