import { assert, layer } from "@effect/vitest"
import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { AppKeys } from "@vendodev/broker/manage/AppKeys"
import { isLowS } from "@vendodev/broker/vault/ecdsa"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import { noSubject, UserSubject } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import * as Fixture from "@vendodev/testing/Fixture"
import { accepts, asAdmin, caller, claimsOf, headerOf, keyRows, mint, node, run } from "./fixtures/nodes.ts"

const subject = UserSubject.make("user-17")

/** The records of minted tokens, in a tenant's log. */
const recorded = (tenant: string) =>
  asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly body: Record<string, unknown> }>`
        SELECT body FROM broker.audit WHERE tenant_id = ${tenant} AND body ->> 'action' = 'user_token.mint' ORDER BY seq`
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
