import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Exit, Layer, Scope } from "effect"
import { HttpClient } from "effect/http"
import { Draining } from "@vendodev/server/Draining"
import { Embedded } from "@vendodev/server/Embedded"
import { broker } from "@vendodev/server/Server"
import { Settings } from "@vendodev/server/Settings"
import * as World from "./edges/world.ts"
import { Service } from "./fixtures/service.ts"

const embeddedWith = (env: Readonly<Record<string, string>>) =>
  Embedded.layer.pipe(
    Layer.provide([broker, Draining.layer]),
    Layer.provide(Settings.layer),
    Layer.provide([NodeServices.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env: { PORT: "0", ...env } }))])
  )

/** The same service in this process: the same database, keys and settings as the process that listens. */
const embedded = Layer.unwrap(Effect.map(Service, ({ environment }) => embeddedWith(environment)))

interface Sent {
  readonly name: string
  readonly path: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
}

const json = { "content-type": "application/json" }

const requests = Effect.gen(function* () {
  const { keys, own } = yield* World.World
  const { adminToken } = yield* Service
  const as = (key: string, headers: Record<string, string> = {}) => ({ authorization: `Bearer ${key}`, ...headers })
  const good = as(keys.good)
  const vend = (name: string, headers: Record<string, string>, slug = "notion"): Sent => ({
    name,
    path: `/credentials/${slug}`,
    headers
  })
  const report = (name: string, body: string, headers = as(keys.good, json)): Sent => ({
    name,
    path: "/credentials/notion/refused",
    method: "POST",
    headers,
    body
  })
  const manage = (name: string, path: string, body: unknown, method = "POST"): Sent => ({
    name,
    path: `/api${path}`,
    method,
    headers: as(adminToken, json),
    body: JSON.stringify(body)
  })
  const all: ReadonlyArray<Sent> = [
    vend("a token", good),
    { name: "a token by variable", path: "/credentials/v1/NOTION_TOKEN", headers: good },
    { name: "many", path: "/credentials/_bulk?slugs=notion,gmail,nosuch", headers: good },
    { name: "many of nothing", path: "/credentials/_bulk?slugs=", headers: good },
    vend("a fragment of the page", good, "notion#part"),
    report("a refused token", JSON.stringify({ fingerprint: "0".repeat(64), status: 401 })),
    report("a report that is none", "{"),
    report("a report of another type", "{}", as(keys.good, { "content-type": "text/plain" })),
    report("a large report", "x".repeat(2_000)),
    vend("no key", {}),
    vend("an unknown key", as(keys.unknown)),
    vend("no key at all", as("open-sesame")),
    vend("a revoked key", as(keys.revoked)),
    vend("an expired key", as(keys.expired)),
    vend("a key of another", as(adminToken)),
    vend("a bad user token", as(keys.good, { "x-vendo-user-jwt": "a.b.c" })),
    vend("a connection that can be none", as(keys.good, { "x-vendo-connection": "x" })),
    vend("no such provider", good, "nosuch"),
    vend("no binding", good, "gmail"),
    vend("a revoked connection", good, "github"),
    vend("a stale connection", good, "linear"),
    vend("an odd profile", good, "stripe"),
    vend("what can be no slug", good, "not%20ion"),
    vend("a broken escape", good, "%zz"),
    vend("a key in the query", good, `notion?key=${keys.good}`),
    vend("two keys", as(keys.good, { "x-api-key": keys.good })),
    vend("a header outside ASCII", as(keys.good, { "x-other": "caf\u00e9" })),
    vend("too many headers", as(keys.good, Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`x-${n}`, "y"])))),
    vend("large headers", as(keys.good, { "x-large": "x".repeat(17 * 1024) })),
    vend("a long target", good, "x".repeat(17 * 1024)),
    manage("made", "/tenants", { slug: "embedded", name: "Embedded" }),
    manage("made twice", "/tenants", { slug: "embedded", name: "Embedded" }),
    manage("made of too much", "/tenants", { slug: "embedded-2", name: "Embedded", more: 1 }),
    manage("made of too little", "/tenants", { slug: "nameless" }),
    manage("far too large", "/tenants", { slug: "large", name: "x".repeat(70 * 1024) }),
    { ...manage("no JSON", "/tenants", ""), body: "{" },
    { ...manage("no type", "/tenants", {}), headers: as(adminToken) },
    { ...manage("no session", "/tenants", { slug: "x", name: "x" }), headers: as(keys.good, json) },
    { ...manage("a body that is no text", "/tenants", ""), body: new Uint8Array([0xff, 0xfe]) },
    { name: "a list", path: `/api/tenants/${own.id}/connections`, headers: as(adminToken) },
    { name: "a foreign object", path: `/api/tenants/${crypto.randomUUID()}/apps`, headers: as(adminToken) },
    {
      name: "deleted",
      path: `/api/tenants/${own.id}/apps/${own.app}/bindings/slack`,
      method: "DELETE",
      headers: as(adminToken)
    },
    {
      name: "a user token",
      path: "/api/deployments/me/user-tokens",
      method: "POST",
      headers: as(keys.connection, json),
      body: `{"subject":"ada"}`
    },
    { name: "a long parameter", path: `/api/tenants/${"x".repeat(300)}/apps`, headers: as(adminToken) },
    { name: "no such route", path: "/nowhere" },
    { name: "a doubled slash", path: "/credentials//notion", headers: good },
    { name: "a dotted path", path: "/credentials/../credentials/notion", headers: good },
    { name: "another method", path: "/credentials/notion", method: "PUT", headers: good },
    { name: "a method nobody has", path: "/credentials/notion", method: "PATCH", headers: good },
    { name: "HEAD", path: "/credentials/notion", method: "HEAD", headers: good },
    { name: "HEAD of nothing", path: "/nowhere", method: "HEAD" },
    { name: "OPTIONS", path: "/credentials/notion", method: "OPTIONS" },
    { name: "keys for everyone", path: "/.well-known/jwks.json" },
    { name: "a page", path: "/connections/connect/notion" },
    { name: "the reference", path: "/openapi.json" },
    { name: "alive", path: "/healthz" },
    { name: "ready", path: "/readyz" }
  ]
  return all
})

/** Of the connection, or of the moment. */
const incomparable = new Set([
  "date",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "x-request-id"
])

const answered = (
  fetch: typeof globalThis.fetch,
  baseUrl: string,
  { body, headers = {}, method = "GET", path }: Sent
) =>
  Effect.promise(async (signal) => {
    const init = { method, headers, signal, ...(body === undefined ? {} : { body }) }
    const response = await fetch(`${baseUrl}${path}`, init)
    const { status } = response
    const requestId = response.headers.get("x-request-id")
    assert.match(requestId ?? "", /^[0-9a-f-]{36}$/)
    const stable = [...response.headers].filter(([name]) => !incomparable.has(name))
    return {
      status,
      headers: Object.fromEntries(stable),
      body: (await response.text()).replaceAll(requestId ?? "", "")
    }
  })

/** A request whose body never ends. `begun` when the service reads it, `left` when it no longer does. */
const endless = () => {
  const begun = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  const body = new ReadableStream({ pull: () => begun.resolve(), cancel: () => left.resolve() }, { highWaterMark: 0 })
  const init = { method: "POST", body, duplex: "half", headers: json } as const
  return { begun: begun.promise, left: left.promise, init }
}

const tenants = "http://localhost/api/tenants"

layer(World.layer(), { excludeTestServices: true })("The service without a socket", (it) => {
  it.effect("answers each request as behind a listener: status, headers and body", () =>
    Effect.gen(function* () {
      const { server } = yield* Service
      const { fetch } = yield* Embedded
      for (const sent of yield* requests) {
        const there = yield* answered(globalThis.fetch, server.baseUrl, sent)
        const here = yield* answered(fetch, "http://localhost", sent)
        assert.deepStrictEqual(here, there, sent.name)
      }
    }).pipe(Effect.provide(embedded))
  )

  it.effect("lets the host of the URL choose the surface, as a listener lets the header", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service
      const { keys, token } = yield* World.World
      const context = yield* Layer.build(embeddedWith({ ...environment, VENDO_DOMAIN: "example.com" }))
      const { fetch } = Context.get(context, Embedded)
      const init = { headers: { authorization: `Bearer ${keys.good}` } }
      const ask = (url: string) => Effect.promise(() => fetch(url, init).then((response) => response.text()))
      assert.include(yield* ask("https://credentials.example.com/notion"), token)
      assert.include(yield* ask("https://example.com/credentials/notion"), "not found")
      assert.include(yield* ask("https://elsewhere.example/notion"), "not found")
    })
  )

  it.effect("is an HttpClient too", () =>
    Effect.gen(function* () {
      const { keys, token } = yield* World.World
      const headers = { authorization: `Bearer ${keys.good}` }
      const response = yield* HttpClient.get("http://localhost/credentials/notion", { headers })
      assert.include(yield* response.text, token)
    }).pipe(Effect.provide(embedded))
  )

  it.effect("leaves the work of a caller who gives up", () =>
    Effect.gen(function* () {
      const { fetch } = yield* Embedded
      const giveUp = new AbortController()
      const { begun, init, left } = endless()
      const asked = fetch(tenants, { ...init, signal: giveUp.signal })
      yield* Effect.promise(() => begun)
      giveUp.abort()
      const error = yield* Effect.flip(Effect.tryPromise({ try: () => asked, catch: String }))
      assert.strictEqual(error, String(giveUp.signal.reason))
      yield* Effect.promise(() => left)
    }).pipe(Effect.provide(embedded))
  )

  it.effect("is closed with its scope: nothing is under way, and nothing is answered any more", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { fetch } = Context.get(yield* Layer.buildWithScope(embedded, scope), Embedded)
      const { begun, init, left } = endless()
      const asked = fetch(tenants, init)
      yield* Effect.promise(() => begun)
      const refused = (answer: () => Promise<Response>) =>
        Effect.map(Effect.flip(Effect.tryPromise({ try: answer, catch: String })), (error) =>
          assert.strictEqual(error, "TypeError: the embedded service is closed")
        )
      yield* Scope.close(scope, Exit.void)
      yield* refused(() => asked)
      yield* Effect.promise(() => left)
      yield* refused(() => fetch("http://localhost/healthz"))
    })
  )
})
