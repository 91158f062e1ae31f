import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { inspect } from "node:util"
import { UpstreamError, Vendo, VendoError } from "@vendodev/sdk"

const key = `vendo_sk_${"k".repeat(30)}`
const jwt = `header.${"j".repeat(30)}.signature`
const secrets = ["kkkkkkkk", "jjjjjjjj", "tttttttt"]

/** Everything a logger may make of a value. */
const looks = (value: unknown): ReadonlyArray<string> => [
  inspect(value, { depth: 12, showHidden: true, getters: true }),
  String(value),
  JSON.stringify(value) ?? "",
  ...(value instanceof Error ? [value.message, value.stack ?? "", inspect(value.cause)] : [])
]

const assertQuiet = (value: unknown) => {
  for (const text of looks(value)) {
    for (const secret of secrets) assert.notInclude(text, secret)
  }
}

const vending = async () =>
  Response.json({ access_token: "t".repeat(30), expires_at: null, token_type: "Bearer", extra: key })

/** Every way in which a service, or what stands in its place, may disappoint. */
const troubles: ReadonlyArray<readonly [string, (url: string, init: RequestInit) => Promise<Response>]> = [
  ["throws what it was given", (url, init) => Promise.reject(new Error(`${url} ${JSON.stringify(init)}`))],
  [
    "throws a cause",
    (_, init) =>
      Promise.reject(
        new TypeError("fetch failed", { cause: new Error(String(new Headers(init.headers).get("authorization"))) })
      )
  ],
  ["throws no error", (_, init) => Promise.reject(JSON.stringify(init))],
  ["echoes the request as a page", async (_, init) => new Response(JSON.stringify(init.headers))],
  ["echoes the request as a refusal", async (_, init) => new Response(JSON.stringify(init.headers), { status: 500 })],
  ["vends what is no token", async () => Response.json({ access_token: 7, key, jwt })],
  ["redirects", async () => new Response(null, { status: 302, headers: { location: `https://evil.example/?${key}` } })]
]

const client = (fetch: (url: string, init: RequestInit) => Promise<Response>) =>
  new Vendo({ apiKey: key, baseUrl: "https://vendo.example", fetch, retry: { times: 0, baseMs: 1 } })

it.effect("neither a client nor what it is made of shows a key, a user token or a token", () =>
  Effect.promise(async () => {
    const root = client(vending)
    const scoped = root.forUser(jwt)
    assert.strictEqual(await scoped.token("openai"), "t".repeat(30))
    for (const value of [
      root,
      scoped,
      root.connections,
      root.events,
      scoped.session("openai"),
      scoped.events.subscribe()
    ]) {
      assertQuiet(value)
    }
  })
)

it.effect("no error does, whatever the other side makes of the request", () =>
  Effect.promise(async () => {
    for (const [what, fetch] of troubles) {
      const scoped = client(fetch).forUser(jwt)
      const attempts = [
        () => scoped.token("openai"),
        () => scoped.tokens(["openai", "slack"]),
        () => scoped.connections.list(),
        () => scoped.billing.balance(),
        () => scoped.connectUrl("openai")
      ]
      for (const attempt of attempts) {
        const error: unknown = await attempt().then(
          () => assert.fail(what),
          (error: unknown) => error
        )
        assert.instanceOf(error, UpstreamError, what)
        assertQuiet(error)
      }
    }
  })
)

it.effect("nor does one about the key or the user token itself", () =>
  Effect.sync(() => {
    const attempts = [
      () => new Vendo({ apiKey: `${key} ${key}` }),
      () => new Vendo({ apiKey: key, baseUrl: `https://${key}@h` }),
      () => client(vending).forUser(`${jwt}\n${jwt}`),
      () => client(vending).forRequest({ "x-vendo-user-jwt": [jwt, jwt] })
    ]
    for (const attempt of attempts) {
      try {
        attempt()
        assert.fail("it was accepted")
      } catch (error) {
        assert.instanceOf(error, VendoError)
        assertQuiet(error)
      }
    }
  })
)
