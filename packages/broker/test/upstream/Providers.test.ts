import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { UpstreamError } from "@vendodev/domain/BrokerError"
import { type Answering, discover, revoke, says, scripted, told, whoami } from "./fixtures/provider.ts"

const asked = <A, E, R>(effect: Effect.Effect<A, E, R>, answering: Answering) => {
  const { layer, seen } = scripted(answering)
  return Effect.map(Effect.provide(effect, layer), (result) => ({ result, seen }))
}

/** What comes of one answer. */
const who = (slug: string, answering: Answering) =>
  Effect.map(asked(told(whoami(slug, "a-key-of-somebody")), answering), ({ result }) => result)

const nobody = { id: null, name: null }

/** As each provider says it, cut to what matters. */
const accounts: ReadonlyArray<readonly [slug: string, body: unknown, account: unknown]> = [
  [
    "telegram",
    { ok: true, result: { id: 987654321, is_bot: true, username: "a_bot" } },
    { id: "987654321", name: "a_bot" }
  ],
  ["openai", { object: "list", data: [] }, nobody],
  ["anthropic", { data: [], has_more: false }, nobody],
  ["openrouter", { data: { label: "sk-or-v1-0e6...1c96", usage: 0 } }, nobody],
  ["gemini", { models: [] }, nobody],
  ["assemblyai", { transcripts: [] }, nobody],
  ["elevenlabs", { user_id: "u1", first_name: "Ada", xi_api_key: "never-read" }, { id: "u1", name: "Ada" }],
  ["elevenlabs", { user_id: "u1", first_name: null }, { id: "u1", name: null }],
  ["stripe", { id: "acct_1", settings: { dashboard: { display_name: "Acme" } } }, { id: "acct_1", name: "Acme" }],
  ["stripe", { id: "acct_1", settings: { dashboard: { display_name: null } } }, { id: "acct_1", name: "acct_1" }],
  ["notion", { id: "b1", name: "Bot", bot: { workspace_name: "Acme" } }, { id: "b1", name: "Acme" }],
  ["notion", { id: "b1", name: "Bot", bot: {} }, { id: "b1", name: "Bot" }],
  ["slack", { ok: true, team: "Acme", team_id: "T1", user_id: "U1" }, { id: "T1", name: "Acme" }],
  ["github", { id: 1, login: "ada" }, { id: "1", name: "ada" }],
  ["google", { sub: "1", name: "Ada", email: "ada@acme.example" }, { id: "1", name: "ada@acme.example" }],
  ["gmail", { emailAddress: "ada@acme.example" }, { id: "ada@acme.example", name: "ada@acme.example" }],
  ["linear", { data: { viewer: { id: "v1", name: "Ada" } } }, { id: "v1", name: "Ada" }],
  ["supabase", [{ id: "o1", name: "Acme" }], { id: "o1", name: "Acme" }],
  ["instagram", { user_id: "17", username: "acme" }, { id: "17", name: "acme" }],
  ["instagram", { data: [{ user_id: "17", username: "acme" }] }, { id: "17", name: "acme" }]
]

it.effect("whose a credential is stands where each provider says it", () =>
  Effect.gen(function* () {
    for (const [slug, body, account] of accounts)
      assert.deepStrictEqual(yield* who(slug, says(200, body)), account, slug)
  })
)

/** What a status says of the key: everything not here is the provider's own trouble. */
const verdicts: Record<string, Record<number, "refused" | "limited">> = {
  telegram: { 401: "refused", 404: "refused" },
  openai: { 401: "refused", 403: "limited" },
  anthropic: { 401: "refused", 403: "limited" },
  openrouter: { 401: "refused" },
  gemini: { 400: "refused", 401: "refused", 403: "refused" },
  elevenlabs: { 401: "refused" },
  assemblyai: { 401: "refused" },
  stripe: { 401: "refused", 403: "limited" },
  notion: { 401: "refused", 403: "limited" },
  slack: {},
  github: { 401: "refused" },
  google: { 401: "refused", 403: "limited" },
  gmail: { 401: "refused", 403: "limited" },
  linear: { 401: "refused" },
  supabase: { 401: "refused", 403: "limited" },
  instagram: { 401: "refused" }
}

it.effect("only an answer about the key says that it is no good, or that it may not ask", () =>
  Effect.gen(function* () {
    for (const [slug, table] of Object.entries(verdicts)) {
      for (const status of [300, 302, 400, 401, 402, 403, 404, 409, 418, 429, 500, 502, 503, 529]) {
        const said = yield* who(slug, says(status, { hello: "world" }))
        const verdict = table[status]
        const theirs = new RegExp(`^upstream_error: .+ answered with status ${status}$`)
        if (verdict === "limited") assert.deepStrictEqual(said, nobody, `${slug} ${status}`)
        else
          assert.match(String(said), verdict === "refused" ? /^KeyRefused: .+ does not take this key$/ : theirs, slug)
      }
    }
  })
)

it.effect("a word in the answer decides where the status does not", () =>
  Effect.gen(function* () {
    const refused = /^KeyRefused/
    const theirs = /^upstream_error/
    const table: ReadonlyArray<readonly [slug: string, status: number, body: unknown, said: RegExp | object]> = [
      ["slack", 200, { ok: false, error: "invalid_auth" }, refused],
      ["slack", 200, { ok: false, error: "token_revoked" }, refused],
      ["slack", 200, { ok: false, error: "internal_error" }, theirs],
      ["slack", 503, { ok: false, error: "invalid_auth" }, theirs],
      ["elevenlabs", 401, { detail: { status: "missing_permissions" } }, nobody],
      ["elevenlabs", 401, { detail: { status: "invalid_api_key" } }, refused],
      ["linear", 400, { errors: [{ extensions: { code: "AUTHENTICATION_ERROR" } }] }, refused],
      ["linear", 400, { errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] }, theirs],
      ["instagram", 400, { error: { code: 190 } }, refused],
      ["instagram", 400, { error: { code: 4 } }, theirs]
    ]
    for (const [slug, status, body, expected] of table) {
      const said = yield* who(slug, says(status, body))
      if (expected instanceof RegExp) assert.match(String(said), expected, `${slug} ${status}`)
      else assert.deepStrictEqual(said, expected)
    }
  })
)

it.effect("an answer that can not be read is no answer, whatever its status", () =>
  Effect.gen(function* () {
    const good = JSON.stringify({ id: 1, login: "ada" })
    const bad = /^upstream_error: GitHub answered what can not be read$/
    const table: ReadonlyArray<readonly [body: string | Uint8Array<ArrayBuffer>, said: RegExp]> = [
      ["<!doctype html>", bad],
      ["", bad],
      ["null", bad],
      ["[]", bad],
      ['"text"', bad],
      [good.slice(0, -1), bad],
      [`${good} x`, bad],
      [Uint8Array.from([...Buffer.from('{"id":1,"login":"'), 0xc3, 0x28, 0x22, 0x7d]), bad],
      [good.replace("1", "1.5"), bad],
      [good.replace("1", "9007199254740993"), bad],
      [good.replace("1", '"\\u0000"'), bad],
      [good.replace("1", '"a\\u202eb"'), bad],
      [good.replace("1", '" 1"'), bad],
      [good.replace("1", '""'), bad],
      [good.replace("1", `"${"i".repeat(256)}"`), bad],
      [`{"__proto__":{"id":1}}`, bad],
      [good.replace("}", `,"padding":"${"x".repeat(256 * 1024)}"}`), /answered more than can be read$/]
    ]
    for (const [body, expected] of table) {
      const said = yield* who("github", says.text(200, body))
      assert.match(String(said), expected, typeof body === "string" ? body.slice(0, 60) : "bytes")
    }
    const most = good.replace("}", `,"padding":"${"x".repeat(200 * 1024)}"}`)
    assert.deepStrictEqual(yield* who("github", says.text(200, most)), { id: "1", name: "ada" })
    assert.match(String(yield* who("openai", says.text(200, "<!doctype html>"))), /^upstream_error/)
  })
)

it.effect("a name is shown as far as it can be, and an id as it was said", () =>
  Effect.gen(function* () {
    const named = (login: unknown) =>
      Effect.map(who("github", says(200, { id: "i".repeat(255), login })), (said) => said)
    const names: ReadonlyArray<readonly [login: unknown, name: string | null]> = [
      ["  Ada\u0000\r\nL.\u202e ", "Ada   L."],
      ["👩‍👩‍👧 Ada", "👩‍👩‍👧 Ada"],
      ["x".repeat(1000), "x".repeat(200)],
      ["👾".repeat(201), "👾".repeat(200)],
      ["\u202e\u0007", null],
      [" ", null],
      ["", null],
      [null, null],
      [{ is: "an object" }, null]
    ]
    for (const [login, name] of names) {
      assert.deepStrictEqual(yield* named(login), { id: "i".repeat(255), name }, JSON.stringify(login))
    }
  })
)

it.effect("what may be chosen is found: nothing, one or several", () =>
  Effect.gen(function* () {
    const found = (slug: string, answering: Answering) =>
      Effect.map(asked(told(discover(slug, "a-key-of-somebody")), answering), ({ result }) => result)
    const of = (...candidates: ReadonlyArray<object>) => [{ field: "ref", candidates }]
    const one = { id: "a", ref: "a", name: "One" }
    assert.deepStrictEqual(yield* found("supabase", says(200, [])), of())
    assert.deepStrictEqual(yield* found("supabase", says(200, [one])), of({ value: "a", label: "One" }))
    assert.deepStrictEqual(
      yield* found("supabase", says(200, [one, { id: "b" }, { ref: "c", name: "\u0007" }])),
      of({ value: "a", label: "One" }, { value: "b", label: "b" }, { value: "c", label: "c" })
    )
    const many = Array.from({ length: 1000 }, (_, index) => ({ ref: `r${index}`, name: "Many" }))
    const [{ candidates = [] } = {}] = yield* Effect.map(
      asked(discover("supabase", "a-key-of-somebody"), says(200, many)),
      ({ result }) => result
    )
    assert.strictEqual(candidates.length, 200)
    assert.deepStrictEqual(yield* found("supabase", says(403, {})), of(), "it may not ask")
    assert.match(String(yield* found("supabase", says(401, {}))), /^KeyRefused/)
    assert.match(String(yield* found("supabase", says(500, {}))), /^upstream_error/)
    for (const bad of [{ message: "?" }, "text", [1], [{ name: "One" }], [{ ref: "a\u0000" }]]) {
      assert.match(String(yield* found("supabase", says(200, bad))), /can not be read$/, JSON.stringify(bad))
    }
    assert.deepStrictEqual(yield* found("instagram", says(200, { user_id: "17", username: "acme" })), [
      { field: "ig_user_id", candidates: [{ value: "17", label: "acme" }] }
    ])
    const nothing = yield* asked(told(discover("openai", "a-key-of-somebody")), says(200, {}))
    assert.deepStrictEqual([nothing.result, nothing.seen.length], [[], 0])
  })
)

it.effect("a provider that listens is told that a connection ends; a key it does not know any more has ended", () =>
  Effect.gen(function* () {
    const ended = (slug: string, answering: Answering) => asked(told(revoke(slug, "10:a-key-of-somebody")), answering)
    const { result, seen } = yield* ended("telegram", says(200, { ok: true, result: true }))
    assert.isUndefined(result)
    assert.deepStrictEqual(
      seen.map(({ method, url }) => [method, url]),
      [["POST", "https://api.telegram.org/bot10:a-key-of-somebody/deleteWebhook"]]
    )
    for (const status of [401, 404]) assert.isUndefined((yield* ended("telegram", says(status, { ok: false }))).result)
    for (const status of [400, 429, 500]) {
      assert.match(String((yield* ended("telegram", says(status, { ok: false }))).result), /^upstream_error/)
    }
    assert.strictEqual((yield* ended("notion", says(500, {}))).seen.length, 0)
  })
)

it.effect("a question says what its recipe says, with the key in its place and nothing of it besides", () =>
  Effect.gen(function* () {
    const sent = Effect.fnUntraced(function* (slug: string, key: string) {
      const { seen } = yield* asked(told(whoami(slug, key)), says(500, {}))
      const [request] = seen
      assert.strictEqual(seen.length, 1, `${slug} is asked once`)
      return request ?? assert.fail("nothing was sent")
    })
    const telegram = yield* sent("telegram", "10:a_b-c")
    assert.strictEqual(telegram.url, "https://api.telegram.org/bot10:a_b-c/getMe")
    const anthropic = yield* sent("anthropic", "sk-ant-$&1")
    assert.deepInclude(anthropic.headers, { "x-api-key": "sk-ant-$&1", "anthropic-version": "2023-06-01" })
    for (const name of ["authorization", "cookie", "traceparent", "b3"]) assert.notProperty(anthropic.headers, name)
    assert.strictEqual((yield* sent("linear", "lin_api_1")).headers["authorization"], "lin_api_1")
    assert.strictEqual((yield* sent("linear", "lin_oauth_1")).headers["authorization"], "Bearer lin_oauth_1")
    for (const odd of ["1:a/../../x", "1:a?b=c", "1:a#b", "1:%2f..%2fx", "1:a\\..\\b", "../1:a"]) {
      const { url } = yield* sent("telegram", odd)
      assert.strictEqual(new URL(url).origin, "https://api.telegram.org")
      assert.match(new URL(url).pathname + new URL(url).search, /^\/bot[^/?]+\/getMe$/, odd)
    }
  })
)

it.effect("what can stand in no header is no key, and is not sent", () =>
  Effect.gen(function* () {
    for (const key of ["", "two words", "line\nbreak", "naïve", "nul\u0000", "k".repeat(16_385)]) {
      for (const slug of ["openai", "telegram", "supabase"]) {
        const me = yield* asked(told(whoami(slug, key)), says(200, {}))
        assert.match(String(me.result), /^KeyRefused/)
        assert.strictEqual(me.seen.length, 0)
      }
      const choice = yield* asked(told(discover("supabase", key)), says(200, []))
      assert.match(String(choice.result), /^KeyRefused/)
      const end = yield* asked(told(revoke("telegram", key)), says(200, {}))
      assert.deepStrictEqual([end.result, choice.seen.length, end.seen.length], [undefined, 0, 0])
    }
  })
)

it.effect("what a provider asks us to wait is passed on", () =>
  Effect.gen(function* () {
    const waits = Effect.fnUntraced(function* (headers: Record<string, string>) {
      const { result } = yield* asked(Effect.flip(whoami("github", "k")), says(429, {}, headers))
      assert.strictEqual(result._tag, "upstream_error")
      const error: UpstreamError | { readonly retry_after?: never } = result._tag === "upstream_error" ? result : {}
      return error.retry_after
    })
    assert.strictEqual(yield* waits({ "retry-after": "7" }), 7)
    assert.strictEqual(yield* waits({ "retry-after": "1000000000" }), 300)
    assert.strictEqual(yield* waits({ "retry-after": "soon" }), undefined)
    assert.strictEqual(yield* waits({}), undefined)
  })
)

it.effect("a provider has five seconds in all, for its answer and for its last byte", () =>
  Effect.gen(function* () {
    const never = new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))
    for (const answering of [() => Effect.never, () => Effect.succeed(never)]) {
      const fiber = yield* Effect.forkChild(asked(told(whoami("github", "k")), answering))
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 milli")
      assert.strictEqual((yield* Fiber.join(fiber)).result, "upstream_error: GitHub did not answer in time")
    }
  })
)

it.effect("64 questions are under way at once, and the wait for a place counts", () =>
  Effect.gen(function* () {
    const open = yield* Deferred.make<void>()
    let underWay = 0
    const { layer, seen } = scripted(() =>
      Effect.suspend(() => {
        underWay += 1
        return Effect.as(Deferred.await(open), new Response('{"id":1,"login":"ada"}'))
      }).pipe(Effect.ensuring(Effect.sync(() => (underWay -= 1))))
    )
    yield* Effect.gen(function* () {
      const ask = told(whoami("github", "k"))
      const askers = (count: number) => Effect.replicateEffect(Effect.forkChild(ask), count)
      const first = yield* askers(64)
      yield* TestClock.adjust("1 second")
      const late = yield* askers(6)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual([underWay, seen.length], [64, 64])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([underWay, seen.length], [6, 70])
      yield* TestClock.adjust("1 second")
      const said = yield* Effect.forEach([...first, ...late], Fiber.join)
      assert.deepStrictEqual([...new Set(said)], ["upstream_error: GitHub did not answer in time"])
      assert.strictEqual(underWay, 0)

      yield* Deferred.succeed(open, undefined)
      assert.deepStrictEqual(yield* ask, { id: "1", name: "ada" })
    }).pipe(Effect.provide(layer))
  })
)
