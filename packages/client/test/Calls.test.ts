import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Option, Result } from "effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { Billing } from "@vendodev/client/Billing"
import { Connections } from "@vendodev/client/Connections"
import { ConnectSessions } from "@vendodev/client/ConnectSessions"
import { Events } from "@vendodev/client/Events"
import type { Failure } from "@vendodev/client/Failure"
import { Integrations } from "@vendodev/client/Integrations"
import { Tokens } from "@vendodev/client/Tokens"
import type { TransportFailed } from "@vendodev/client/Transport"
import { errorTable } from "@vendodev/domain/BrokerError"
import { asUser, client, failure, make, type Reply, reset, scripted, token } from "./fakeService.ts"

const ask = Effect.flatMap(Tokens, (tokens) => tokens.get("openai"))

/** What a script of answers comes to, how many were asked for, and how long that took. */
const outcome = (...replies: ReadonlyArray<Reply | TransportFailed>) =>
  Effect.gen(function* () {
    const service = yield* scripted(...replies)
    const start = yield* Clock.currentTimeMillis
    const asked = ask.pipe(
      Effect.result,
      Effect.flatMap((result) => Effect.map(Clock.currentTimeMillis, (end) => ({ result, took: end - start }))),
      Effect.provide(client(service))
    )
    const fiber = yield* Effect.forkChild(asked, { startImmediately: true })
    yield* TestClock.adjust("1 minute")
    const { result, took } = yield* Fiber.join(fiber)
    const code = Result.isFailure(result) ? result.failure.code : "none"
    return { code, took, requests: (yield* service.ledger).length, failure: Result.getFailure(result) }
  })

const passing = new Set(["upstream_error", "unavailable", "overloaded"])

it.effect("what may pass is asked for once more, everything else of the table once", () =>
  Effect.gen(function* () {
    for (const { code, status } of errorTable) {
      const { code: met, requests } = yield* outcome(failure(code, status), token("t"))
      assert.deepStrictEqual([code, met, requests], passing.has(code) ? [code, "none", 2] : [code, code, 1])
    }
  })
)

it.effect("there is one retry and not a second one", () =>
  Effect.gen(function* () {
    const { code, requests } = yield* outcome(reset, failure("unavailable", 503), token("t"))
    assert.deepStrictEqual([code, requests], ["unavailable", 2])
  })
)

it.effect("nobody comes back before the time that was asked for, nor at all when it is past the time-out", () =>
  Effect.gen(function* () {
    const soon = yield* outcome(failure("overloaded", 503, { "retry-after": "3" }), token("t"))
    assert.deepStrictEqual([soon.code, soon.requests], ["none", 2])
    assert.isAtLeast(soon.took, 3000)
    assert.isBelow(soon.took, 3201)
    const late = yield* outcome(failure("overloaded", 503, { "retry-after": "15" }), token("t"))
    assert.deepStrictEqual([late.code, late.requests, late.took], ["overloaded", 1, 0])
    assert.deepStrictEqual(
      Option.flatMap(late.failure, ({ retryAfter }) => Option.fromUndefinedOr(retryAfter)),
      Option.some(Duration.seconds(15))
    )
  })
)

it.effect("however many seconds are asked for, nobody comes back before", () =>
  Effect.gen(function* () {
    for (const digits of [10, 40, 400]) {
      const { code, requests } = yield* outcome(
        failure("overloaded", 503, { "retry-after": "9".repeat(digits) }),
        token("t")
      )
      assert.deepStrictEqual([code, requests], ["overloaded", 1])
    }
  })
)

it.effect("a date in Retry-After is waited for as well", () =>
  Effect.gen(function* () {
    const { took } = yield* outcome(
      failure("unavailable", 503, { "retry-after": "Thu, 01 Jan 1970 00:00:05 GMT" }),
      token("t")
    )
    assert.isAtLeast(took, 5000)
  })
)

it.effect("a service that says nothing is an upstream_error when the time-out is over, retry included", () =>
  Effect.gen(function* () {
    const service = yield* make((_, nth) => (nth === 0 ? Effect.succeed(failure("unavailable", 503)) : Effect.never))
    const asked = yield* Effect.forkChild(Effect.flip(ask).pipe(Effect.provide(client(service))), {
      startImmediately: true
    })
    yield* TestClock.adjust("14999 millis")
    assert.isUndefined(asked.pollUnsafe())
    yield* TestClock.adjust("1 millis")
    assert.strictEqual((yield* Fiber.join(asked)).code, "upstream_error")
  })
)

const nonsense: ReadonlyArray<Reply> = [
  { body: "<html>" },
  { body: "" },
  { body: [] },
  { body: { access_token: "", expires_at: null } },
  { body: { access_token: 7, expires_at: null } },
  { body: { access_token: "t" } },
  { body: { access_token: "t", expires_at: "tomorrow" } },
  { status: 302, headers: { location: "https://elsewhere.example" }, body: "" },
  { status: 502, body: "<html>" },
  { status: 404, body: "<html>" }
]

it.effect("what is no answer of the service is never taken for one", () =>
  Effect.gen(function* () {
    for (const reply of nonsense) {
      const { code, failure } = yield* outcome(reply)
      assert.strictEqual(code, "upstream_error", JSON.stringify(reply))
      assert.notInclude(JSON.stringify(failure), "html")
    }
  })
)

it.effect("a code is read from the header, and failing that from the body", () =>
  Effect.gen(function* () {
    const inBody = { status: 401, body: { error: { code: "app_revoked", message: "gone" } } }
    const both = { ...inBody, headers: { "vendo-error-code": "app_expired" } }
    const [first, second] = [yield* outcome(inBody), yield* outcome(both)]
    assert.deepStrictEqual([first.code, second.code], ["app_revoked", "app_expired"])
    const detail = Option.map(first.failure, (failure: Failure) => failure.detail)
    assert.deepStrictEqual(detail, Option.some("gone"))
  })
)

/** One of every call there is. */
const everything = Effect.gen(function* () {
  const tokens = yield* Tokens
  const vended = yield* tokens.get("openai")
  yield* tokens.getAll(["slack", "my-token"])
  yield* tokens.replace("openai", vended)
  yield* Effect.flatMap(Connections, ({ list }) => list)
  yield* Effect.flatMap(Integrations, ({ list }) => list)
  yield* Effect.flatMap(Integrations, ({ get }) => get("openai"))
  yield* Effect.flatMap(Billing, ({ balance }) => balance)
  yield* Effect.flatMap(Billing, ({ spendCaps }) => spendCaps)
  yield* Effect.flatMap(Billing, ({ usage }) => usage("day"))
  yield* Effect.flatMap(ConnectSessions, ({ open }) => open("openai", {}))
  yield* Effect.scoped(Effect.flatMap(Events, ({ subscribe }) => Effect.flatten(subscribe({}))))
})

const encoder = new TextEncoder()

const answers: Readonly<Record<string, () => Reply>> = {
  "/_bulk": () => ({ body: { tokens: {}, errors: {} } }),
  "/openai/refused": () => ({ body: { verdict: "unchanged" } }),
  "/api/deployments/me/connections": () => ({ body: { connections: [] } }),
  "/api/integrations": () => ({ body: { integrations: [] } }),
  "/api/integrations/openai": () => failure("provider_unknown", 404),
  "/api/billing/balance": () => ({ body: { credits_remaining_micros: 1, currency: "USD", top_up_url: "" } }),
  "/api/billing/spend-caps": () => ({
    body: { daily_micros: null, monthly_micros: 1, used_today_micros: 0, used_month_micros: 0 }
  }),
  "/api/billing/usage": () => ({ body: { since: "2026-01-01T00:00:00Z", total_micros: 0, providers: [] } }),
  "/api/connect-sessions": () => ({ status: 201, body: { url: "https://vendo.example/x?ticket=y" } }),
  "/api/deployments/me/events": () => ({
    stream: new ReadableStream({ start: (controller) => controller.enqueue(encoder.encode("data: 1\n\n")) })
  })
}

it.effect("every call there is says whose it is, by key and by user, and puts neither into a URL", () =>
  Effect.gen(function* () {
    const service = yield* make(({ url }) => Effect.succeed((answers[new URL(url).pathname] ?? (() => token("t")))()))
    yield* everything.pipe(asUser("some.user.jwt"), Effect.provide(client(service)))
    const seen = yield* service.ledger
    assert.strictEqual(new Set(seen.map(({ url }) => new URL(url).pathname)).size, Object.keys(answers).length + 2)
    for (const { headers, url } of seen) {
      assert.strictEqual(headers["authorization"], "Bearer vendo_sk_test")
      assert.strictEqual(headers["x-vendo-user-jwt"], "some.user.jwt")
      assert.strictEqual(headers["vendo-api-version"], "2026-05-02")
      assert.notMatch(url, /vendo_sk|jwt/)
    }
    yield* everything.pipe(Effect.provide(client(service)))
    for (const { headers } of (yield* service.ledger).slice(seen.length)) {
      assert.notProperty(headers, "x-vendo-user-jwt")
    }
  })
)

it.effect("a failure shows neither key nor token, however it is looked at", () =>
  Effect.gen(function* () {
    const { failure: met } = yield* outcome(failure("internal_error", 500))
    const { failure: unreached } = yield* outcome(reset)
    const looks = [met, unreached].flatMap((failure) => [
      inspect(failure, { depth: 9, showHidden: true }),
      JSON.stringify(failure),
      String(failure)
    ])
    for (const text of looks) {
      assert.match(text, /service/)
      assert.notMatch(text, /vendo_sk/)
    }
  })
)
