import { assert, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { active, notFound, outcomeOf, type Said, say, token } from "./fixtures/upstream.ts"

type Row = readonly [said: Said, outcome: string, asked: number, detail?: RegExp]

const bodies = (rows: ReadonlyArray<readonly [body: unknown, outcome: string, asked: number, detail?: RegExp]>) =>
  rows.map(([body, ...rest]): Row => [{ body }, ...rest])

const table = (rows: ReadonlyArray<Row>) =>
  Effect.forEach(
    rows,
    ([said, outcome, asked, detail], index) =>
      Effect.map(outcomeOf(say(said)), (found) => {
        const why = `row ${index}: ${JSON.stringify(said).slice(0, 300)}`
        assert.strictEqual(found.said, outcome, why)
        assert.strictEqual(found.asked, asked, why)
        if (detail !== undefined) assert.match(found.refusal?.detail ?? "", detail, why)
      }),
    { concurrency: 8, discard: true }
  )

const statusOf = (status: unknown, inner: unknown = status) =>
  active({ top: { status, status_reason: "some reason" }, val: { status: inner } })

it.live("each status of an account has its verdict", () =>
  table(
    bodies([
      [statusOf("ACTIVE"), token, 1],
      [statusOf("INITIALIZING"), "unfinished", 1, /never fully connected/],
      [statusOf("INITIATED"), "unfinished", 1, /never fully connected/],
      [statusOf("EXPIRED"), "dead", 1, /expired/],
      [statusOf("FAILED"), "dead", 1, /failed/],
      [statusOf("REVOKED"), "dead", 1, /revoked/],
      [statusOf("INACTIVE"), "dead", 1, /disabled/],
      [active({ top: { is_disabled: true } }), "dead", 1, /disabled/],
      [active({ top: { is_disabled: null } }), token, 1],
      [active({ top: { is_disabled: undefined, auth_config: undefined } }), token, 1],
      [active({ top: { is_disabled: "true" } }), "faulty", 3],
      [active({ top: { auth_config: { is_disabled: true } } }), "unservable", 1, /auth config/],
      [active({ top: { auth_config: { is_disabled: "yes" } } }), "faulty", 3]
    ])
  )
)

it.live("an operator's switch is not blamed on the account", () => {
  const off = { auth_config: { is_disabled: true } }
  return table(
    bodies([
      [active({ top: { status: "INACTIVE", ...off }, val: { status: "INACTIVE" } }), "unfinished", 1, /operator/],
      [active({ top: { is_disabled: true, ...off } }), "unfinished", 1, /operator/],
      [active({ top: { status: "EXPIRED", ...off }, val: { status: "EXPIRED" } }), "dead", 1]
    ])
  )
})

it.live("of two statuses the worse counts", () =>
  table(
    bodies([
      [statusOf("ACTIVE", "EXPIRED"), "dead", 1, /expired/],
      [statusOf("EXPIRED", "ACTIVE"), "dead", 1, /expired/],
      [statusOf("ACTIVE", "INITIATED"), "unfinished", 1],
      [statusOf("INITIATED", "ACTIVE"), "unfinished", 1],
      [statusOf("INACTIVE", "REVOKED"), "dead", 1, /revoked/],
      [statusOf("ACTIVE", undefined), token, 1],
      [statusOf("ACTIVE", 7), token, 1]
    ])
  )
)

it.live("a status nobody knows condemns no connection, whatever stands beside it", () =>
  table(
    bodies([
      [statusOf("PENDING"), "faulty", 1, /does not know/],
      [statusOf("active"), "faulty", 1],
      [statusOf("Expired"), "faulty", 1],
      [statusOf(undefined, "ACTIVE"), "faulty", 1],
      [statusOf(null, "EXPIRED"), "faulty", 1],
      [statusOf(3, "ACTIVE"), "faulty", 1],
      [statusOf("", ""), "faulty", 1],
      [statusOf("__proto__"), "faulty", 1],
      [statusOf("EXPIRED", "PENDING"), "faulty", 1],
      [statusOf("ACTIVE", "constructor"), "faulty", 1]
    ])
  )
)

it.live("the credential is taken from where its scheme has it", () => {
  const of = (authScheme: unknown, val: Record<string, unknown>) =>
    active({ state: { authScheme, val: { status: "ACTIVE", ...val } } })
  return table(
    bodies([
      [of("OAUTH2", { access_token: token, authed_user: { access_token: "xoxp-user-token-1" } }), token, 1],
      [of("DCR_OAUTH", { access_token: token, client_secret: "s" }), token, 1],
      [of("S2S_OAUTH2", { access_token: token }), token, 1],
      [of("BEARER_TOKEN", { token }), token, 1],
      [of("API_KEY", { api_key: token, generic_api_key: "another-1234567" }), token, 1],
      [of("API_KEY", { generic_api_key: token }), token, 1],
      [of("API_KEY", { api_key: null, bearer_token: token }), token, 1],
      [of("API_KEY", { api_key: "", basic_encoded: token }), token, 1],
      [of("API_KEY", { api_key: "short-8c" }), "short-8c", 1],
      [of("API_KEY", { api_key: "8549..." }), "unservable", 1, /mask/],
      [of("OAUTH2", { token }), "faulty", 1],
      [of("BEARER_TOKEN", { access_token: token }), "faulty", 1],
      ...["OAUTH1", "BASIC", "BASIC_WITH_JWT", "GOOGLE_SERVICE_ACCOUNT", "SERVICE_ACCOUNT"].map(
        (scheme) => [of(scheme, { access_token: token }), "unservable", 1, /no single token/] as const
      ),
      ...["BILLCOM_AUTH", "NO_AUTH", "CALCOM_AUTH", "SAML", "oauth2", "__proto__", "NEWER"].map(
        (scheme) => [of(scheme, { access_token: token }), "unservable", 1] as const
      ),
      [of(undefined, { access_token: token }), "faulty", 1],
      [of(7, { access_token: token }), "faulty", 1],
      [active({ top: { state: undefined } }), "faulty", 1],
      [active({ top: { state: "text" } }), "faulty", 1],
      [active({ state: { val: null } }), "faulty", 1]
    ])
  )
})

it.live("nothing but a token is vended as one", () => {
  const of = (access_token: unknown) => active({ val: { access_token } })
  const of16k = "k".repeat(16_384)
  return table(
    bodies([
      [of("k".repeat(12)), "k".repeat(12), 1],
      [of(of16k), of16k, 1],
      [of("REDACTED"), "unservable", 1, /Composio masks/],
      [of("ya29..."), "unservable", 1, /exception/],
      [of("***"), "unservable", 1],
      [of("•••••••••••••"), "unservable", 1],
      [of("7chars7"), "unservable", 1],
      [of(undefined), "faulty", 1],
      [of(null), "faulty", 1],
      [of(""), "faulty", 1],
      [of(123456789012), "faulty", 1],
      [of({ value: token }), "faulty", 1],
      [of([token]), "faulty", 1],
      ...["null", "undefined", "[object Object]", "true", "NaN"].map((word) => [of(word), "faulty", 1] as const),
      [of(`${of16k}k`), "faulty", 1],
      [of(`${token}\n`), "faulty", 1],
      [of(`${token}\r\nx: y`), "faulty", 1],
      [of(`${token} `), "faulty", 1],
      [of(`${token}\0`), "faulty", 1],
      [of(`${token}ü`), "faulty", 1],
      [active({ val: JSON.parse(`{"access_token":null,"__proto__":{"access_token":"${token}"}}`) }), "faulty", 1]
    ])
  )
})

it.live("a token of another account is not taken", () =>
  table(
    bodies([
      [active({ top: { id: "ca_other" } }), "faulty", 1, /another account/],
      [active({ top: { id: "CA_TEST" } }), "faulty", 1],
      [active({ top: { id: undefined } }), "faulty", 3],
      [active({ top: { id: 7 } }), "faulty", 3]
    ])
  )
)

it.live("each HTTP status has its verdict, and only what may pass is asked again", () => {
  const error = { error: { message: "no", code: 600, status: 400 } }
  const everyStatus = Array.from({ length: 400 }, (_, index) => index + 200)
  const known: Record<number, readonly [string, number]> = {
    200: ["faulty", 3],
    401: ["ours", 1],
    403: ["ours", 1],
    404: ["dead", 1],
    // To fetch the first is a failure, and the second a reason to try another connection.
    407: ["faulty", 3],
    421: ["faulty", 2],
    408: ["faulty", 3],
    409: ["faulty", 3],
    410: ["ours", 1],
    429: ["busy", 1],
    501: ["unservable", 1]
  }
  return table([
    ...everyStatus.map((status): Row => {
      const usual = status >= 500 || status < 400 ? (["faulty", 3] as const) : (["faulty", 1] as const)
      const headers = { location: "/elsewhere", ...(status === 429 ? { "retry-after": "600" } : {}) }
      return [{ status, headers, body: status === 204 || status === 304 ? "" : error }, ...(known[status] ?? usual)]
    }),
    [{ status: 401, body: "<html>" }, "ours", 1, /not let in/],
    [{ status: 410, body: "<html>" }, "ours", 1, /retired/]
  ])
})

it.live("an account is gone only when it is Composio that says so", () =>
  table([
    [{ status: 404, body: notFound }, "dead", 1, /no longer exists/],
    [{ status: 404, body: { error: { message: "not found", error_code: 604 } } }, "dead", 1],
    [{ status: 404, body: { error: { message: "not found", slug: "ConnectedAccount_NotFound" } } }, "dead", 1],
    [{ status: 404, body: { error: { message: "No such route", code: 10404, slug: "HTTP_NotFound" } } }, "faulty", 1],
    [{ status: 404, body: "<html><h1>404</h1></html>" }, "faulty", 1],
    [{ status: 404, body: "" }, "faulty", 1],
    [{ status: 404, body: "not found" }, "faulty", 1],
    [{ status: 404, body: {} }, "faulty", 1],
    [{ status: 404, body: { error: "not found" } }, "faulty", 1],
    [{ status: 404, body: { error: { message: "not found" } } }, "faulty", 1],
    [{ status: 404, body: { message: "not found", code: 404 } }, "faulty", 1],
    [{ status: 404, body: [notFound] }, "faulty", 1]
  ])
)

it.live("a body that can not be read is no answer, and asked for again", () => {
  const text = JSON.stringify(active())
  return table([
    [{ body: "" }, "faulty", 3],
    [{ body: "<html>welcome</html>" }, "faulty", 3],
    [{ body: text.slice(0, -1) }, "faulty", 3],
    [{ body: `${text}x` }, "faulty", 3],
    [{ body: `[${text}]` }, "faulty", 3],
    [{ body: `"${token}"` }, "faulty", 3],
    [{ body: "null" }, "faulty", 3],
    [{ body: "\0" }, "faulty", 3],
    [{ body: "[".repeat(100_000) }, "faulty", 3],
    [{ body: `${"[".repeat(100_000)}${"]".repeat(100_000)}` }, "faulty", 3],
    [
      { body: Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xfe]), Buffer.from("}")]) },
      "faulty",
      3
    ],
    [{ body: Buffer.from(`{"padding":"\xff",${text.slice(1)}`, "latin1") }, "faulty", 3],
    [{ body: Buffer.from(`{"padding":"ÿ",${text.slice(1)}`, "utf8") }, token, 1],
    [{ body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]) }, token, 1],
    [{ body: text, headers: { "content-type": "text/html" } }, token, 1],
    [{ body: `{"padding":"${"x".repeat(250_000)}",${text.slice(1)}` }, token, 1],
    [{ body: `{"padding":"${"x".repeat(300_000)}",${text.slice(1)}` }, "faulty", 3]
  ])
})

it.live("what an upstream asks us to wait is passed on, within reason", () => {
  const wait = (headers: Record<string, string>, status = 429) =>
    Effect.map(outcomeOf(say({ status, body: { message: "Rate limit exceeded. Limit: 100" }, headers })), (found) => ({
      asked: found.asked,
      wait: Option.getOrNull(Option.map(Option.fromNullishOr(found.refusal?.retryAfter), Duration.toMillis))
    }))
  const date = "Thu, 01 Jan 2026 12:00:00 GMT"
  return Effect.gen(function* () {
    assert.deepStrictEqual(yield* wait({ "retry-after": "600" }), { asked: 1, wait: 300_000 })
    assert.deepStrictEqual(yield* wait({ "retry-after": "20" }), { asked: 1, wait: 20_000 })
    assert.deepStrictEqual(yield* wait({ "retry-after": "1000000000" }), { asked: 1, wait: 300_000 })
    assert.deepStrictEqual(yield* wait({ "retry-after-ms": "20500" }), { asked: 1, wait: 20_500 })
    assert.deepStrictEqual(yield* wait({ "retry-after-ms": "20500", "retry-after": "99" }), { asked: 1, wait: 20_500 })
    assert.deepStrictEqual(yield* wait({ "retry-after-ms": "soon", "retry-after": "99" }), { asked: 1, wait: 99_000 })
    assert.deepStrictEqual(yield* wait({ date, "retry-after": "Thu, 01 Jan 2026 12:00:30 GMT" }), {
      asked: 1,
      wait: 30_000
    })
    assert.deepStrictEqual(yield* wait({ "retry-after": "20" }, 503), { asked: 1, wait: 20_000 })
    for (const nothing of ["-1", "0", "1e9", "1.5", "soon", "", "Thu, 01 Jan 2026 11:00:00 GMT"]) {
      const final = { date, "retry-after": nothing, "x-should-retry": "false" }
      assert.deepStrictEqual(yield* wait(final), { asked: 1, wait: 1000 }, nothing)
      assert.deepStrictEqual(yield* wait(final, 503), { asked: 1, wait: null }, nothing)
    }
  })
})

it.live("an upstream that forbids to ask again is not asked again", () =>
  table(
    [408, 409, 429, 500, 502, 503, 504, 302].map((status): Row => [
      { status, headers: { "x-should-retry": "false" } },
      status === 429 ? "busy" : "faulty",
      1
    ])
  )
)
