import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { Composio, connectAccount, layer as composioLayer } from "./fixtures/composio.ts"
import { connectAndBind, makeTenant, managed, Service, vend } from "./fixtures/service.ts"
import { type Answer, message, one } from "./fixtures/wire.ts"
import { administer, askedSince, lastAsked } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"

const Token = Schema.Struct({
  access_token: Schema.String,
  expires_at: Schema.NullOr(Schema.String),
  token_type: Schema.Literal("Bearer"),
  warning: Schema.optionalKey(Schema.String)
})
const Refusal = Schema.Struct({
  code: Schema.String,
  detail: Schema.String,
  connect_url: Schema.optionalKey(Schema.String)
})

/** As entries, for among the names are such as mean something else to an object. */
const entriesOf = <A>(schema: Schema.Codec<A>, value: unknown) => {
  const decode = Schema.decodeUnknownSync(schema, { onExcessProperty: "error" })
  return Object.entries(Object(value)).map(([slug, of]) => [slug, decode(of)] as const)
}

const answered = (answer: Answer) => {
  assert.strictEqual(answer.status, 200, answer.body)
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  assert.strictEqual(answer.headers["vary"], "Authorization, X-Vendo-User-JWT")
  assert.isUndefined(answer.headers["vendo-error-code"])
  const { errors, tokens, ...rest }: { readonly errors: unknown; readonly tokens: unknown } = JSON.parse(answer.body)
  assert.deepStrictEqual(rest, {})
  return { tokens: entriesOf(Schema.NullOr(Token), tokens), errors: entriesOf(Refusal, errors) }
}

const ask = (slugs: string, bearer: string, headers: Record<string, string> = {}) =>
  vend(`_bulk?slugs=${slugs}`, bearer, headers)

const known = ["notion", "linear", "github", "stripe"]

const seed = Effect.gen(function* () {
  const tenant = yield* makeTenant
  yield* connectAndBind(tenant, "notion", { credential: "notion_unsaid", profile: "byok_static" })
  yield* connectAndBind(tenant, "openai", { profile: "vendo_managed_pool" })
  const slack = yield* connectAndBind(tenant, "slack", { credential: "slack_unsaid", profile: "byok_static" })
  yield* managed("POST", `${tenant.base}/connections/${slack}/revoke`)
  return { ...tenant, google: yield* connectAccount(tenant, "google") }
})

layer(composioLayer(), { excludeTestServices: true })("A vend of many", (it) => {
  it.effect("answers each in its own way, in the order they were named, and once", () =>
    Effect.gen(function* () {
      const { google, key } = yield* seed
      const { tokens } = yield* Composio
      const slugs = "slack,notion,__proto__,google,openai,notion,constructor,nosuch,gmail,Notion"
      const all = answered(yield* ask(slugs, key))
      const [issued] = yield* tokens(google.account)
      const of = (token: string, expires: string | null = null): typeof Token.Type => ({
        access_token: token,
        expires_at: expires,
        token_type: "Bearer"
      })
      const expires = all.tokens.find(([slug]) => slug === "google")?.[1]?.expires_at ?? null
      assert.isNotNull(expires)
      assert.deepStrictEqual(all.tokens, [
        ["slack", null],
        ["notion", of("notion_unsaid")],
        ["__proto__", null],
        ["google", of(issued?.token ?? "", expires)],
        ["openai", of(key)],
        ["constructor", null],
        ["nosuch", null],
        ["gmail", null],
        ["Notion", null]
      ])
      assert.deepStrictEqual(
        all.errors.map(([slug, { code, connect_url }]) => [slug, code, connect_url]),
        [
          ["slack", "connection_revoked", "https://vendo.example/connections/connect/slack"],
          ["__proto__", "provider_unknown", undefined],
          ["constructor", "provider_unknown", undefined],
          ["nosuch", "provider_unknown", undefined],
          ["gmail", "binding_missing", "https://vendo.example/connections/connect/gmail"],
          ["Notion", "provider_unknown", undefined]
        ]
      )
      // What is said of one is what is said of it alone.
      for (const [slug, { detail }] of all.errors) {
        assert.include((yield* vend(slug, key)).body, JSON.stringify(detail))
      }
    })
  )

  it.effect("does not let one provider's failure spoil the others, and warns of a token that is not fresh", () =>
    Effect.gen(function* () {
      const { google, key } = yield* seed
      const composio = yield* Composio
      const set = (what: string) =>
        administer(`UPDATE broker.connections SET ${what} WHERE id = '${google.connection}'`)
      yield* composio.addFaults({ account: google.account, status: 500 })
      const failed = answered(yield* ask("google,notion", key))
      assert.deepStrictEqual(
        failed.tokens.map(([slug, token]) => [slug, token?.access_token]),
        [
          ["google", undefined],
          ["notion", "notion_unsaid"]
        ]
      )
      assert.deepStrictEqual(
        failed.errors.map(([slug, { code }]) => [slug, code]),
        [["google", "upstream_error"]]
      )

      yield* composio.clearFaults
      yield* set("next_attempt_at = NULL, failures = 0")
      const fresh = answered(yield* ask("google", key))
      assert.deepStrictEqual(fresh.errors, [])
      assert.isUndefined(fresh.tokens[0]?.[1]?.warning)

      yield* composio.addFaults({ account: google.account, status: 500 })
      yield* set("token_fresh_until = now(), token_valid_until = now() + interval '40 seconds'")
      const stale = answered(yield* ask("google,notion", key))
      assert.deepStrictEqual(stale.errors, [])
      const [[, token] = [], [, other] = []] = stale.tokens
      assert.strictEqual(token?.warning, "upstream_error")
      assert.strictEqual(token?.access_token, fresh.tokens[0]?.[1]?.access_token)
      assert.isUndefined(other?.warning)

      // By itself the warning is in a header, and the body what it always is.
      const alone = yield* vend("google", key)
      assert.strictEqual(alone.headers["vendo-warning"], "upstream_error")
      assert.deepStrictEqual(Object.keys(JSON.parse(alone.body)), ["access_token", "expires_at", "token_type"])
      assert.isUndefined((yield* vend("notion", key)).headers["vendo-warning"])
      yield* composio.clearFaults
    })
  )

  it.effect("takes 1 to 50 different slugs, and text that can be none of them is refused unrepeated", () =>
    Effect.gen(function* () {
      const { key } = yield* seed
      const many = Array.from({ length: 50 }, (_, i) => `slug-${i}`)
      assert.strictEqual(answered(yield* ask(many.join(","), key)).errors.length, 50)
      assert.strictEqual(answered(yield* ask([...many, ...many].join(","), key)).errors.length, 50)
      assert.deepStrictEqual(
        answered(yield* ask("%6eotion%2cnosuch", key)).tokens.map(([slug]) => slug),
        ["notion", "nosuch"]
      )
      const field = { field: "slugs" }
      for (const target of [
        "_bulk",
        "_bulk?",
        "_bulk?slug=notion",
        "_bulk?slugs",
        "_bulk?slugs=notion&slugs=openai",
        "_bulk?slugs=notion&slug%73=openai"
      ]) {
        isRow(yield* vend(target, key), "validation_failed", field)
      }
      const tooLong = "a".repeat(64)
      for (const slugs of [
        "",
        ",",
        "notion,",
        ",notion",
        "notion,,openai",
        "notion;openai",
        "notion+openai",
        "notion,%20openai",
        "not.ion",
        "n%C3%B6tion",
        "notion%00",
        "v1/NOTION",
        tooLong,
        [...many, "slug-50"].join(",")
      ]) {
        isRow(yield* ask(slugs, key), "validation_failed", field)
      }
      // One more rule of every query keeps keys out of it.
      for (const slugs of [key, `notion,${key}`, key.toUpperCase()]) {
        const refused = yield* ask(slugs, key)
        isRow(refused, "validation_failed", { field: "query" })
        assert.notInclude(refused.body.toLowerCase(), key.toLowerCase())
      }
      for (const path of ["_bulk/", "_bulk/notion", "x/_bulk?slugs=notion"]) isRow(yield* vend(path, key), "not_found")
      isRow(yield* vend("%5fbulk?slugs=notion", key), "provider_unknown")
      isRow(yield* vend("_bulk;x?slugs=notion", key), "validation_failed", { field: "slug" })
    })
  )

  it.effect("refuses the caller as a whole: without a key, with a bad one, as nobody, or for one connection", () =>
    Effect.gen(function* () {
      const { adminToken, port } = yield* Service
      const { base, key, keyId } = yield* seed
      const target = "/credentials/_bulk?slugs=notion,openai"
      isRow(yield* one(port, message({ path: target })), "app_unknown", { sent: false })
      isRow(yield* ask("notion", adminToken), "app_unknown")
      isRow(yield* ask("notion,nosuch", key, { "X-Vendo-User-JWT": "a.b.c" }), "identity_invalid")
      const narrowed = yield* ask("notion", key, { "X-Vendo-Connection": crypto.randomUUID() })
      isRow(narrowed, "validation_failed", { field: "x-vendo-connection" })
      isRow(yield* ask("notion", key, { "X-Vendo-Connection": "no-id" }), "validation_failed")
      isRow(yield* one(port, message({ path: target, method: "POST", bearer: key })), "method_not_allowed", {
        allow: "GET"
      })
      isRow(yield* ask("notion", key, { "Content-Length": "1025" }), "too_large")
      // Shape before key, and no statement for either.
      const before = yield* lastAsked
      isRow(yield* ask("", "hunter2"), "validation_failed", { field: "slugs" })
      isRow(yield* ask("notion", "hunter2"), "app_unknown")
      assert.deepStrictEqual(yield* askedSince(before), [])
      yield* managed("DELETE", `${base}/keys/${keyId}`)
      isRow(yield* ask("notion,openai,nosuch", key), "app_revoked")
    })
  )

  it.effect("is recorded slug by slug, grants and refusals", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      for (const slug of known.slice(0, 2)) {
        yield* connectAndBind(tenant, slug, { credential: `${slug}_unsaid`, profile: "byok_static" })
      }
      const answer = yield* ask([...known, known[0]].join(","), tenant.key)
      const requestId = answer.headers["x-request-id"] ?? ""
      const { asAdmin } = yield* TestDatabase
      const found = yield* asAdmin(
        Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql<{ readonly slug: string; readonly outcome: string }>`
            SELECT body->>'integration' AS slug, body->>'outcome' AS outcome FROM broker.audit
            WHERE tenant_id = ${tenant.id} AND body->>'request' = ${requestId} ORDER BY 1
          `
        )
      )
      assert.deepStrictEqual(found, [
        { slug: "github", outcome: "binding_missing" },
        { slug: "linear", outcome: "granted" },
        { slug: "notion", outcome: "granted" },
        { slug: "stripe", outcome: "binding_missing" }
      ])
    })
  )
})
