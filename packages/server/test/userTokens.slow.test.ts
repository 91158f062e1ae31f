import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose"
import { SqlClient } from "effect/sql"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { start } from "@vendodev/testing/ServerProcess"
import * as Service from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"
import { askedSince, lastAsked } from "./edges/administer.ts"
import { isRow, isToken } from "./edges/row.ts"

const issuer = "https://vendo.example"
const path = "/api/deployments/me/user-tokens"

const post = Effect.fnUntraced(function* (bearer: string | undefined, body: unknown) {
  const { port } = yield* Service.Service
  return yield* one(
    port,
    message({
      method: "POST",
      path,
      ...(bearer === undefined ? {} : { bearer }),
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" }
    })
  )
})

const Issued = Schema.fromJsonString(Schema.Struct({ token: Schema.String, expires_at: Schema.DateTimeUtcFromString }))

const issue = Effect.fnUntraced(function* (
  bearer: string,
  body: { readonly subject: string; readonly expires_in?: number }
) {
  const answer = yield* post(bearer, body)
  assert.strictEqual(answer.status, 201, answer.body)
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  return yield* Schema.decodeUnknownEffect(Issued, { onExcessProperty: "error" })(answer.body)
})

const KeySet = Schema.fromJsonString(
  Schema.Struct({
    keys: Schema.Array(
      Schema.Struct({
        kty: Schema.Literal("EC"),
        crv: Schema.Literal("P-256"),
        x: Schema.String,
        y: Schema.String,
        kid: Schema.String,
        alg: Schema.Literal("ES256"),
        use: Schema.Literal("sig")
      })
    )
  })
)

/** What anybody may ask for: public members, and no others. */
const keySet = Effect.fnUntraced(function* (port: number) {
  const answer = yield* one(port, message({ path: "/.well-known/jwks.json" }))
  assert.strictEqual(answer.status, 200, answer.body)
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  return yield* Schema.decodeUnknownEffect(KeySet, { onExcessProperty: "error" })(answer.body)
})

layer(Service.layer({ VENDO_PUBLIC_URL: issuer }), { excludeTestServices: true })("A user token", (it) => {
  it.effect("names one user of the app to whoever has the published keys, for as long as was asked", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.Service
      const tenant = yield* Service.makeTenant
      const hour = yield* issue(tenant.key, { subject: "alice" })
      const { keys } = yield* keySet(port)
      assert.strictEqual(keys.length, 1)
      const verify = (token: string) =>
        Effect.promise(() =>
          jwtVerify(token, createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) }), { issuer, audience: "vendo" })
        )
      const { payload, protectedHeader } = yield* verify(hour.token)
      assert.strictEqual(protectedHeader.alg, "ES256")
      assert.strictEqual(protectedHeader.typ, "vendo-user+jwt")
      assert.strictEqual(payload.sub, "alice")
      assert.strictEqual(payload["tenant_id"], tenant.id)
      assert.strictEqual(payload["app_id"], tenant.app)
      const { exp = 0, iat = 0 } = payload
      assert.strictEqual(exp - iat, 3600)
      assert.strictEqual(hour.expires_at.epochMilliseconds, exp * 1000)
      for (const expires_in of [60, 86_400]) {
        const { payload } = yield* verify((yield* issue(tenant.key, { subject: "alice", expires_in })).token)
        assert.strictEqual((payload.exp ?? 0) - (payload.iat ?? 0), expires_in)
      }
      // Others on the same database publish the same key, and take the token.
      const { environment } = yield* Service.Service
      const second = yield* start(environment)
      assert.deepStrictEqual(yield* keySet(second.port), { keys })
      assert.strictEqual(decodeProtectedHeader(hour.token).kid, keys[0]?.kid)
    })
  )

  it.effect("opens the connections of its user, and no others: nobody else's, and not the tenant's", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      yield* Service.connectAndBind(tenant, "notion", { credential: "the_tenants_unsaid", profile: "byok_static" })
      const alices = yield* Service.made("POST", `${tenant.base}/connections`, {
        slug: "notion",
        profile: "byok_static",
        credential: "alices_unsaid",
        user: "alice"
      })
      const bound = yield* Service.bind(tenant.base, tenant.app, "notion", alices.id)
      assert.strictEqual(bound.status, 200, bound.body)
      const as = Effect.fnUntraced(function* (subject: string, key = tenant.key) {
        const { token } = yield* issue(key, { subject })
        return { "X-Vendo-User-JWT": token }
      })
      isToken(yield* Service.vend("notion", tenant.key, yield* as("alice")), "alices_unsaid")
      isToken(yield* Service.vend("notion", tenant.key), "the_tenants_unsaid")
      isRow(yield* Service.vend("notion", tenant.key, yield* as("bob")), "binding_missing")
      isRow(yield* Service.vend("notion", tenant.key, yield* as("Alice")), "binding_missing")

      const many = yield* Service.vend("_bulk?slugs=notion,openai", tenant.key, yield* as("alice"))
      assert.include(many.body, '"alices_unsaid"')
      assert.notInclude(many.body, "the_tenants_unsaid")

      // For another tenant's key, or another app's, it is nobody's.
      const foreign = yield* Service.makeTenant
      isRow(yield* Service.vend("notion", foreign.key, yield* as("alice")), "identity_invalid")
      const other = yield* Service.makeApp(tenant.base, "other")
      isRow(yield* Service.vend("notion", other.key, yield* as("alice")), "identity_invalid")
      const { "X-Vendo-User-JWT": token } = yield* as("alice")
      const forged = `${token.slice(0, -6)}${token.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA"}`
      const refused = yield* Service.vend("notion", tenant.key, { "X-Vendo-User-JWT": forged })
      isRow(refused, "identity_invalid")
      // The tenant's own connection is bound to that app; nothing may be recorded as granted.
      const { asAdmin } = yield* TestDatabase
      const outcomes = yield* asAdmin(
        Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql<{ readonly outcome: string }>`
            SELECT body->>'outcome' AS outcome FROM broker.audit
            WHERE body->>'request' = ${refused.headers["x-request-id"] ?? ""}
          `
        )
      )
      assert.deepStrictEqual(outcomes, [{ outcome: "identity_invalid" }])
    })
  )

  it.effect("is issued to the key of an app and nobody else", () =>
    Effect.gen(function* () {
      const { adminToken } = yield* Service.Service
      const tenant = yield* Service.makeTenant
      const connection = yield* Service.connect(tenant.base, "notion", {
        credential: "x_unsaid",
        profile: "byok_static"
      })
      const { key: narrow = "" } = yield* Service.made("POST", `${tenant.base}/connections/${connection}/keys`, {})
      isRow(yield* post(narrow, { subject: "alice" }), "forbidden")
      const before = yield* lastAsked
      isRow(yield* post(undefined, { subject: "alice" }), "app_unknown", { sent: false })
      for (const bearer of ["hunter2", adminToken, tenant.key.slice(0, -1)]) {
        isRow(yield* post(bearer, { subject: "alice" }), "app_unknown")
      }
      assert.deepStrictEqual(yield* askedSince(before), [])
      yield* Service.managed("DELETE", `${tenant.base}/keys/${tenant.keyId}`)
      isRow(yield* post(tenant.key, { subject: "alice" }), "app_revoked")
      // The shape is judged first.
      isRow(yield* post(tenant.key, {}), "validation_failed", { field: "subject" })
    })
  )

  it.effect("is of somebody, for a minute to a day; what else is said is refused unrepeated", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.Service
      const { key } = yield* Service.makeTenant
      for (const subject of ["", " ", "hunter2 ", "hunter2\n", "hunter2é", "h".repeat(256), 7, null, ["hunter2"]]) {
        const answer = yield* post(key, { subject })
        isRow(answer, "validation_failed", { field: "subject" })
        assert.notInclude(answer.body, "hunter2")
      }
      for (const expires_in of [0, -1, 59, 86_401, 1.5, "60", null, 1e300]) {
        isRow(yield* post(key, { subject: "alice", expires_in }), "validation_failed", { field: "expires_in" })
      }
      isRow(yield* post(key, { subject: "alice", tenant_id: crypto.randomUUID() }), "validation_failed", {
        field: "tenant_id"
      })
      assert.isNotEmpty((yield* issue(key, { subject: "h".repeat(255) })).token)
      isRow(yield* one(port, message({ path, bearer: key })), "method_not_allowed", { allow: "POST" })
      isRow(yield* one(port, message({ path: "/.well-known/jwks.json", method: "POST" })), "method_not_allowed", {
        allow: "GET"
      })
      for (const path of ["/.well-known/jwks_json", "/xwell-known/jwks.json", "/.well-known/", "/.well-known"]) {
        isRow(yield* one(port, message({ path })), "not_found")
      }
    })
  )

  it.effect("and the keys that verify it are where the api surface is", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service.Service
      const { key } = yield* Service.makeTenant
      const asked = { method: "POST", path, bearer: key, headers: { "Content-Type": "application/json" } }
      const body = JSON.stringify({ subject: "alice" })
      const away = yield* start({ ...environment, VENDO_SURFACES: "credentials" })
      isRow(yield* one(away.port, message({ path: "/.well-known/jwks.json" })), "not_found")
      isRow(yield* one(away.port, message({ ...asked, body })), "not_found")
      const there = yield* start({ ...environment, VENDO_SURFACES: "api" })
      yield* keySet(there.port)
      assert.strictEqual((yield* one(there.port, message({ ...asked, body }))).status, 201)
    })
  )

  it.effect("is in no log", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      assert.notMatch(server.output(), /eyJ|hunter2|vendo_[sa]|ERROR/)
    })
  )
})
