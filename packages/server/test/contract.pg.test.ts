import { assert, layer } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { AppAuth } from "@vendodev/api/AppAuth"
import { VendoApi } from "@vendodev/api/VendoApi"
import {
  AppExpired,
  AppRevoked,
  AppUnknown,
  BindingMissing,
  type BrokerErrorClass,
  ConnectionNeedsReauth,
  ConnectionRevoked,
  errorTable,
  Forbidden,
  IdentityInvalid,
  InternalError,
  ProfileUnsupported,
  ProviderUnknown,
  RateLimited,
  RequestInvalid,
  rowOf,
  TooLarge,
  Unavailable
} from "@vendodev/domain/BrokerError"
import { EnvVarName, IntegrationSlug } from "@vendodev/domain/Ids"
import { changed, outOfReach } from "./edges/administer.ts"
import { Service } from "./fixtures/service.ts"
import { type Answer, message, one } from "./fixtures/wire.ts"
import * as World from "./edges/world.ts"

/** The client as the contract derives it, with this key and these headers. */
const clientOf = Effect.fnUntraced(function* (key: string, headers: Readonly<Record<string, string>> = {}) {
  const { server } = yield* Service
  const authorized = HttpApiMiddleware.layerClient(AppAuth, ({ next, request }) =>
    next(HttpClientRequest.setHeaders(key === "" ? request : HttpClientRequest.bearerToken(request, key), headers))
  )
  const httpClient = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
  return yield* HttpApiClient.group(VendoApi, { group: "credentials", httpClient, baseUrl: server.baseUrl }).pipe(
    Effect.provide(authorized)
  )
})

const runtimeClientOf = Effect.fnUntraced(function* (key: string) {
  const { server } = yield* Service
  const authorized = HttpApiMiddleware.layerClient(AppAuth, ({ next, request }) =>
    next(HttpClientRequest.bearerToken(request, key))
  )
  const httpClient = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
  return yield* HttpApiClient.group(VendoApi, { group: "runtime", httpClient, baseUrl: server.baseUrl }).pipe(
    Effect.provide(authorized)
  )
})

const vendAs = (key: string, slug = "notion", jwt?: string) =>
  Effect.flatMap(clientOf(key), (client) =>
    client.vend({
      params: { slug: IntegrationSlug.make(slug) },
      headers: jwt === undefined ? {} : { "x-vendo-user-jwt": jwt }
    })
  )

const refusal = <A, E, R>(call: Effect.Effect<A, E, R>) => Effect.orDie(Effect.flip(call))

const Enum = Schema.Struct({ enum: Schema.Array(Schema.String) })
/** One code alone is written as the only one of several. */
const Codes = Schema.Union([Enum, Schema.Struct({ anyOf: Schema.Array(Enum) })])
const Operation = Schema.Struct({
  responses: Schema.Record(
    Schema.String,
    Schema.Struct({
      headers: Schema.optionalKey(
        Schema.Struct({ "vendo-error-code": Schema.optionalKey(Schema.Struct({ schema: Codes })) })
      )
    })
  )
})
const OpenApi = Schema.fromJsonString(
  Schema.Struct({
    openapi: Schema.String,
    paths: Schema.Record(Schema.String, Schema.Record(Schema.String, Operation))
  })
)

const page = Effect.fnUntraced(function* (path: string) {
  const { port } = yield* Service
  return yield* one(port, message({ path }))
})

/** The codes an operation declares for a status; none where it declares no header. */
const codesOf = ({ responses }: typeof Operation.Type, status: string): ReadonlyArray<string> => {
  const schema = responses[status]?.headers?.["vendo-error-code"]?.schema
  if (schema === undefined) return []
  return "enum" in schema ? schema.enum : schema.anyOf.flatMap((one) => one.enum)
}

layer(World.layer(), { excludeTestServices: true })("The contract", (it) => {
  it.effect("decodes what is vended, by slug and by variable", () =>
    Effect.gen(function* () {
      const { keys, token } = yield* World.World
      const client = yield* clientOf(keys.good)
      const bySlug = yield* client.vend({ params: { slug: IntegrationSlug.make("notion") }, headers: {} })
      assert.deepStrictEqual(bySlug, { access_token: token, expires_at: null, token_type: "Bearer" })
      const variable = EnvVarName.make("NOTION_TOKEN")
      assert.deepStrictEqual(yield* client.vendByVariable({ params: { variable }, headers: {} }), bySlug)
    })
  )

  it.effect("decodes many at once, by names that mean something else to an object as well", () =>
    Effect.gen(function* () {
      const { keys, token } = yield* World.World
      const client = yield* clientOf(keys.good)
      const slugs = ["notion", "gmail", "nosuch"].map((slug) => IntegrationSlug.make(slug))
      const { errors, tokens } = yield* client.vendMany({ query: { slugs }, headers: {} })
      assert.deepStrictEqual(tokens, {
        notion: { access_token: token, expires_at: null, token_type: "Bearer" },
        gmail: null,
        nosuch: null
      })
      assert.deepStrictEqual(Object.keys(errors), ["gmail", "nosuch"])
      assert.strictEqual(errors["gmail"]?.code, "binding_missing")
      const slug = IntegrationSlug.make("constructor")
      const odd = yield* client.vendMany({ query: { slugs: [slug] }, headers: {} })
      assert.deepStrictEqual(Object.entries(odd.tokens), [["constructor", null]])
    })
  )

  it.effect("decodes what becomes of a refused token, and why it is not heard", () =>
    Effect.gen(function* () {
      const { keys } = yield* World.World
      const report = Effect.fnUntraced(function* (key: string, slug: string) {
        const client = yield* clientOf(key)
        const payload = { fingerprint: "0".repeat(64), status: 401 } as const
        return yield* client.refused({ params: { slug: IntegrationSlug.make(slug) }, headers: {}, payload })
      })
      assert.deepStrictEqual(yield* report(keys.good, "notion"), { verdict: "unchanged" })
      const missing = yield* Effect.flip(report(keys.good, "gmail"))
      assert.isTrue(missing instanceof BindingMissing)
      for (let i = 0; i < 10; i++) yield* Effect.exit(report(keys.connection, "notion"))
      const limited = yield* Effect.flip(report(keys.connection, "notion"))
      assert.isTrue(limited instanceof RateLimited && (limited.retry_after ?? 0) > 0)
    })
  )

  it.effect("decodes what an app is told of its connections, with every secret in a wrapper", () =>
    Effect.gen(function* () {
      const { server } = yield* Service
      const { connections, keys, token } = yield* World.World
      const client = yield* runtimeClientOf(keys.good)
      const listed = yield* client.listBoundConnections({ headers: {}, query: {} })
      const notion = listed.connections.find(({ slug }) => slug === "notion")
      assert.strictEqual(notion?.id, connections.notion)
      assert.strictEqual(notion?.metadata.credential?.["NOTION_TOKEN"]?.pipe(Redacted.value), token)
      assert.notInclude(JSON.stringify(listed), "_unsaid")
      const bot = listed.connections.find(({ slug }) => slug === "telegram")
      assert.deepStrictEqual(bot?.metadata.known, { telegram_bot_id: "1001" })
      const refused = yield* Effect.flip(
        Effect.flatMap(runtimeClientOf(keys.connection), (client) =>
          client.listBoundConnections({ headers: {}, query: { sandbox: "1" } })
        )
      )
      assert.instanceOf(refused, Forbidden)
      assert.notInclude(server.output(), token)
    })
  )

  it.effect("gives every refusal of a vend back as its class", () =>
    Effect.gen(function* () {
      const { keys } = yield* World.World
      const twice = yield* clientOf(keys.good, { "x-api-key": keys.good })
      const params = { slug: IntegrationSlug.make("notion") }
      const calls: ReadonlyArray<readonly [BrokerErrorClass, Effect.Effect<object, never, Service>]> = [
        [RequestInvalid, refusal(twice.vend({ params, headers: {} }))],
        [AppUnknown, refusal(vendAs(""))],
        [AppUnknown, refusal(vendAs(keys.unknown))],
        [AppRevoked, refusal(vendAs(keys.revoked))],
        [AppExpired, refusal(vendAs(keys.expired))],
        [IdentityInvalid, refusal(vendAs(keys.good, "notion", "a.b.c"))],
        [ProviderUnknown, refusal(vendAs(keys.good, "nosuch"))],
        [BindingMissing, refusal(vendAs(keys.good, "gmail"))],
        [ConnectionRevoked, refusal(vendAs(keys.good, "github"))],
        [ConnectionNeedsReauth, refusal(vendAs(keys.good, "linear"))],
        [ProfileUnsupported, refusal(vendAs(keys.good, "stripe"))],
        [TooLarge, refusal(vendAs(keys.good, "notion", "x".repeat(17 * 1024)))]
      ]
      for (const [expected, call] of calls) {
        const error = yield* call
        assert.isTrue(error instanceof expected, `${rowOf(expected).code}: ${String(error)}`)
      }

      const nothing = yield* Effect.flip(vendAs(""))
      assert.isTrue(nothing instanceof AppUnknown && nothing.challenge === "none")
      const something = yield* Effect.flip(vendAs(keys.unknown))
      assert.isTrue(something instanceof AppUnknown && something.challenge === "invalid_token")
      const large = yield* Effect.flip(vendAs(keys.good, "notion", "x".repeat(17 * 1024)))
      assert.isTrue(large instanceof TooLarge && large.part === "headers")
    })
  )

  it.effect("gives what is ours to answer for back as its class", () =>
    Effect.gen(function* () {
      const { keys } = yield* World.World
      const away = yield* Effect.flip(outOfReach(vendAs(keys.good)))
      assert.isTrue(away instanceof Unavailable && away.retry_after === 1)
      const broken = yield* Effect.flip(
        changed(
          "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM vendo_server",
          "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gate TO vendo_server",
          vendAs(keys.good)
        )
      )
      assert.instanceOf(broken, InternalError)
    })
  )

  it.effect("is published: paths, and for every status that is no success the header with its codes", () =>
    Effect.gen(function* () {
      const answer = yield* page("/openapi.json")
      assert.strictEqual(answer.headers["content-type"], "application/json")
      const { openapi, paths } = yield* Schema.decodeUnknownEffect(OpenApi)(answer.body)
      assert.match(openapi, /^3\.1/)
      assert.includeMembers(Object.keys(paths), [
        "/credentials/{slug}",
        "/credentials/v1/{variable}",
        "/credentials/_bulk",
        "/credentials/{slug}/refused",
        "/api/deployments/me/user-tokens",
        "/api/deployments/me/connections",
        "/api/connect-sessions",
        "/api/integrations/{slug}",
        "/api/billing/balance",
        "/.well-known/jwks.json",
        "/api/tenants"
      ])
      const statuses = new Map<string, ReadonlyArray<number>>(
        errorTable.map(({ code, status }) => [code, code === "too_large" ? [413, 431] : [status]])
      )
      for (const [path, operations] of Object.entries(paths)) {
        for (const [method, operation] of Object.entries(operations)) {
          for (const status of Object.keys(operation.responses)) {
            const where = `${method} ${path} ${status}`
            const codes = codesOf(operation, status)
            assert.strictEqual(codes.length > 0, Number(status) >= 400, where)
            for (const code of codes) assert.include(statuses.get(code) ?? [], Number(status), `${where} ${code}`)
          }
        }
      }
    })
  )

  it.effect("is served: each of its operations is there, and refuses as it declares", () =>
    Effect.gen(function* () {
      const { port } = yield* Service
      const { paths } = yield* Schema.decodeUnknownEffect(OpenApi)((yield* page("/openapi.json")).body)
      for (const [path, operations] of Object.entries(paths)) {
        const target = path.replace("{slug}", "notion").replace("{variable}", "NOTION_TOKEN")
        const asked = { path: target.replaceAll(/\{\w+\}/g, () => crypto.randomUUID()) }
        for (const [method, operation] of Object.entries(operations)) {
          const declares = (answer: Answer) => {
            const where = `${method} ${path} ${answer.status} ${answer.body}`
            if (answer.status < 300) assert.property(operation.responses, String(answer.status), where)
            else assert.include(codesOf(operation, String(answer.status)), answer.headers["vendo-error-code"], where)
          }
          const call = { ...asked, method: method.toUpperCase() }
          declares(yield* one(port, message(call)))
          if (!path.startsWith("/api") && !path.startsWith("/credentials")) continue
          declares(yield* one(port, message({ ...call, headers: { Host: "a b" } })))
          declares(yield* one(port, message({ ...call, headers: { "X-Large": "x".repeat(17 * 1024) } })))
        }
      }
    })
  )

  it.effect("is shown on a page that loads nothing from anywhere else", () =>
    Effect.gen(function* () {
      const { body, headers } = yield* page("/docs")
      assert.match(headers["content-type"] ?? "", /^text\/html/)
      const policy = headers["content-security-policy"] ?? ""
      assert.match(policy, /^default-src /)
      // Every source is the page itself or its own host: no scheme that leads elsewhere, no host, no wildcard.
      for (const directive of policy.split(";")) {
        const [name, ...sources] = directive.trim().split(" ")
        for (const source of sources) {
          assert.include(["'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"], source, name)
        }
      }
      const markup = body.replaceAll(/<script[^>]*>[\s\S]*?<\/script>/g, (script) =>
        script.slice(0, script.indexOf(">") + 1)
      )
      assert.notMatch(markup, /(?:src|href|action)\s*=\s*["']?(?:https?:)?\/\//i)
      assert.notMatch(markup, /@import|url\(\s*["']?(?:https?:)?\/\//i)
    })
  )
})
