import { assert, layer } from "@effect/vitest"
import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { compactVerify, createLocalJWKSet } from "jose"
import { createPrivateKey } from "node:crypto"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { isLowS } from "@vendodev/broker/vault/ecdsa"
import { generate, Keyring } from "@vendodev/broker/vault/Keyring"
import { noSubject, UserSubject } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { claimsOf, headerOf, keysAreOlder, mint, type Node, node, nodeWith } from "./fixtures/nodes.ts"

const subject = UserSubject.make("user-17")
const aSecond = TestClock.adjust("1 second")

/** A tenant's app with a key, as the gate knows it. */
const caller = Effect.gen(function* () {
  const bound = yield* Fixture.makeBound({ slug: "notion", credential: "ntn_unused_here" })
  const { hash } = yield* Keyring
  return { ...bound, keyHash: hash(bound.key) }
})

const asAdmin = <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.flatMap(TestDatabase, (db) => db.asAdmin(work))
const run = (statement: string) => asAdmin(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)))

const accepts = ({ users }: Node, token: Redacted.Redacted) =>
  Effect.match(users.verify(token), { onFailure: ({ _tag }): string => _tag, onSuccess: ({ subject }) => subject })

/** The records of minted tokens, in a tenant's log. */
const recorded = (tenant: string) =>
  asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly body: Record<string, unknown> }>`
        SELECT body FROM broker.audit WHERE tenant_id = ${tenant} AND body ->> 'action' = 'user_token.mint' ORDER BY seq`
    )
  )

const keyRows = asAdmin(
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql<{
      readonly kid: string
      readonly state: string
      readonly sealed: Uint8Array
      readonly kek_id: string
    }>`
      SELECT kid, state, sealed, kek_id FROM broker.user_token_keys ORDER BY created_at, kid`
  )
)

layer(Fixture.layer)("A user token the broker issues", (it) => {
  it.effect("is of the calling key's tenant and app, and every process verifies it", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* node, yield* node]
      const { app, keyHash, tenant } = yield* caller
      const { expiresAt, token } = yield* one.tokens.mint({ keyHash }, subject, Option.some(Duration.minutes(5)))
      const claims = claimsOf(token)
      const iat = Math.floor(DateTime.toEpochMillis(expiresAt) / 1000) - 300
      assert.deepInclude(claims, { iss: "urn:vendo", aud: "vendo", sub: subject, tenant_id: tenant.id, app_id: app.id })
      assert.deepInclude(claims, { iat, exp: iat + 300 })
      const [key] = yield* keyRows
      assert.deepStrictEqual(headerOf(token), { alg: "ES256", typ: "vendo-user+jwt", kid: key?.kid })
      for (const { users } of [one, other]) {
        assert.deepStrictEqual(yield* users.verify(token), {
          subject,
          tenant: tenant.id,
          app: Option.some(app.id),
          issuedAt: Option.some(iat)
        })
      }
      // Like any other, it says nothing when it is printed.
      assert.notInclude(String(token), Redacted.value(token).slice(0, 20))
      assert.strictEqual(DateTime.toEpochMillis((yield* mint(one, keyHash)).expiresAt) % 1000, 0)
    })
  )

  it.effect("has one text: of 100 none has the signature's other spelling, and no two are the same", () =>
    Effect.gen(function* () {
      const one = yield* node
      const { keyHash } = yield* caller
      const tokens = yield* Effect.replicateEffect(
        Effect.map(mint(one, keyHash), ({ token }) => Redacted.value(token)),
        100
      )
      assert.strictEqual(new Set(tokens).size, 100)
      for (const token of tokens) assert.isTrue(isLowS(Buffer.from(token.split(".")[2] ?? "", "base64url")))
    })
  )

  it.effect("is good for an hour, or 60 seconds to 24 hours, and of somebody", () =>
    Effect.gen(function* () {
      const one = yield* node
      const { keyHash, tenant } = yield* caller
      const lives = [Option.none(), Option.some(Duration.seconds(60)), Option.some(Duration.hours(24))]
      for (const [n, lifetime] of lives.entries()) {
        const { token } = yield* one.tokens.mint({ keyHash }, subject, lifetime)
        const { exp, iat } = Object(claimsOf(token))
        assert.strictEqual(exp - iat, [3600, 60, 86_400][n])
        assert.strictEqual(yield* accepts(one, token), subject)
      }
      const no = [59.9, 0, -60, 86_401, Infinity, Number.NaN].map((s) => Option.some(Duration.seconds(s)))
      for (const lifetime of no) {
        const error = yield* Effect.flip(one.tokens.mint({ keyHash }, subject, lifetime))
        assert.strictEqual(error._tag, "validation_failed")
      }
      assert.strictEqual(
        (yield* Effect.flip(one.tokens.mint({ keyHash }, noSubject, Option.none())))._tag,
        "validation_failed"
      )
      assert.strictEqual((yield* recorded(tenant.id)).length, lives.length)
    })
  )

  it.effect("is in the tenant's log before it exists: who asked for whom, and not the token", () =>
    Effect.gen(function* () {
      const one = yield* node
      const { app, keyHash, record, tenant } = yield* caller
      const { token } = yield* Effect.provideService(mint(one, keyHash), RequestId, "req-1")
      const [entry, ...more] = yield* recorded(tenant.id)
      assert.deepStrictEqual(more, [])
      const { jti } = Object(claimsOf(token))
      assert.deepStrictEqual(entry?.body, {
        action: "user_token.mint",
        outcome: "granted",
        key: record.id,
        app: app.id,
        subject,
        lifetime: 3600,
        token: jti,
        request: "req-1"
      })
      for (const part of Redacted.value(token).split(".")) assert.notInclude(JSON.stringify(entry), part)

      yield* run("REVOKE INSERT ON broker.audit FROM vendo_gate")
      const unrecorded = yield* Effect.exit(mint(one, keyHash))
      yield* run("GRANT INSERT ON broker.audit TO vendo_gate")
      assert.strictEqual(unrecorded._tag, "Failure")
    })
  )

  it.effect("is refused to a key that is revoked, expired, unknown, of one connection or of a suspended tenant", () =>
    Effect.gen(function* () {
      const one = yield* node
      const { connection, keyHash, record, tenant, within } = yield* caller
      const keys = yield* AppKeys
      const { hash } = yield* Keyring
      const code = (h: Uint8Array) => Effect.map(Effect.flip(mint(one, h)), ({ _tag }) => _tag)
      const ofConnection = yield* within(keys.mint({ connection: connection.id }, Option.none()))
      assert.strictEqual(yield* code(hash(ofConnection.key)), "forbidden")
      assert.strictEqual(yield* code(new Uint8Array(32)), "app_unknown")
      yield* run(`UPDATE broker.tenants SET status = 'suspended' WHERE id = '${tenant.id}'`)
      assert.strictEqual(yield* code(keyHash), "app_revoked")
      yield* run(`UPDATE broker.tenants SET status = 'active' WHERE id = '${tenant.id}'`)
      yield* run(`UPDATE broker.app_keys SET expires_at = now() WHERE id = '${record.id}'`)
      assert.strictEqual(yield* code(keyHash), "app_expired")
      yield* within(keys.revoke(record.id))
      assert.strictEqual(yield* code(keyHash), "app_revoked")
      assert.deepStrictEqual(yield* recorded(tenant.id), [])
    })
  )
})

layer(Fixture.layer)("The broker's key for user tokens", (it) => {
  it.effect("is one, however many processes first need it at once", () =>
    Effect.gen(function* () {
      const nodes = yield* Effect.replicateEffect(node, 6)
      const { keyHash } = yield* caller
      // Each has looked, and seen none.
      for (const { tokens } of nodes) assert.deepStrictEqual(yield* tokens.jwks, { keys: [] })
      const minted = yield* Effect.forEach(nodes, (one) => mint(one, keyHash), { concurrency: "unbounded" })
      assert.deepStrictEqual(
        (yield* keyRows).map(({ state }) => state),
        ["active"]
      )
      for (const one of nodes) {
        for (const { token } of minted) assert.strictEqual(yield* accepts(one, token), subject)
      }
      // One that has seen none until now takes the first token as well, without waiting for its next look.
      const late = yield* node
      const [first] = minted
      if (first !== undefined) assert.strictEqual(yield* accepts(late, first.token), subject)
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
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'vendo_server' AND datname = current_database()"
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
      const key = yield* keyring.openIssuerKey(row.kid, { kekId: row.kek_id, sealed: row.sealed })
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
