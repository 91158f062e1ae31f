import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import * as inProcess from "@vendodev/simulator/inProcess"
import { expiries, schemes, statuses, tokens } from "@vendodev/simulator/shapes"
import { accountIn, api, apiKey, asking, jsonIn, one, tokenIn } from "./asking.ts"

const start = Effect.fnUntraced(function* (options?: FakeComposio.Options) {
  const simulator = yield* FakeComposio.make({ accounts: { ca_1: {} }, ...options })
  const ask = asking(inProcess.baseUrl, inProcess.layer(simulator))
  return { simulator, ask, get: (id = "ca_1") => ask({ path: one(id) }) }
})

it.effect("An active account answers with a token, its lifetime and the time of its issue", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(1_800_000_000_000)
    const { get } = yield* start({ accounts: { ca_1: { toolkit: "gmail" } } })
    const answer = yield* get()
    const account = accountIn(answer)
    assert.strictEqual(answer.status, 200)
    assert.match(String(account.state.val["access_token"]), /^simulated-gmail-ca_1-1-[0-9a-f]{32}$/)
    assert.strictEqual(account.state.val["expires_in"], 3600)
    assert.strictEqual(account.updated_at, "2027-01-15T08:00:00.000Z")
    assert.strictEqual(answer.headers["date"], "Fri, 15 Jan 2027 08:00:00 GMT")
    assert.strictEqual(answer.headers["x-ratelimit-window-size"], "600s")
  })
)

it.effect("A token is renewed in the background five minutes before it ends, and only then", () =>
  Effect.gen(function* () {
    const { get, simulator } = yield* start()
    const first = tokenIn(yield* get())
    yield* TestClock.adjust("54 minutes")
    assert.strictEqual(tokenIn(yield* get()), first)
    yield* TestClock.adjust("1 minute")
    const renewed = yield* get()
    assert.notStrictEqual(tokenIn(renewed), first)
    assert.strictEqual(accountIn(renewed).updated_at, "1970-01-01T00:55:00.000Z")
    const valid = (at: number) => Effect.map(simulator.validity(first, at), ({ valid }) => valid)
    assert.isTrue(yield* valid(3_599_999))
    assert.isFalse(yield* valid(3_600_000))
  })
)

it.effect("After a long silence the token is the one of the last renewal, unique among all", () =>
  Effect.gen(function* () {
    const { get, simulator } = yield* start()
    const seen = [tokenIn(yield* get())]
    for (const pause of ["10 days", "1 hour", "3 hours"] as const) {
      yield* TestClock.adjust(pause)
      seen.push(tokenIn(yield* get()))
      const { valid } = yield* simulator.validity(seen.at(-1) ?? "")
      assert.isTrue(valid)
    }
    const issued = yield* simulator.tokens("ca_1")
    assert.deepStrictEqual(
      seen,
      issued.map(({ token }) => token)
    )
    assert.strictEqual(new Set(seen).size, seen.length)
  })
)

it.effect("A rotated token leaves the one before it good, and the one before that not", () =>
  Effect.gen(function* () {
    const { get, simulator } = yield* start()
    const first = tokenIn(yield* get())
    const second = yield* simulator.rotate("ca_1")
    assert.isTrue((yield* simulator.validity(first)).valid)
    const third = yield* simulator.rotate("ca_1")
    const valid = yield* Effect.forEach([first, second, third], (token) => simulator.validity(token))
    assert.deepStrictEqual(
      valid.map(({ valid }) => valid),
      [false, true, true]
    )
  })
)

it.effect("An expired token is followed by another, unless nothing renews it", () =>
  Effect.gen(function* () {
    const { get, simulator } = yield* start()
    const first = tokenIn(yield* get())
    yield* simulator.expire("ca_1")
    const second = tokenIn(yield* get())
    assert.notStrictEqual(second, first)
    assert.isFalse((yield* simulator.validity(first)).valid)
    yield* simulator.patchAccount("ca_1", { renews: false })
    yield* simulator.expire("ca_1")
    const answer = yield* get()
    assert.strictEqual(tokenIn(answer), second)
    assert.strictEqual(accountIn(answer).status, "ACTIVE")
    assert.isFalse((yield* simulator.validity(second)).valid)
  })
)

it.effect("A renewal may leave updated_at, or the token, as it was", () =>
  Effect.gen(function* () {
    const { get } = yield* start({
      accounts: { ca_1: expiries["updated_at that does not move"], ca_2: tokens["as it was before, with a new expiry"] }
    })
    const [first, same] = [tokenIn(yield* get("ca_1")), tokenIn(yield* get("ca_2"))]
    yield* TestClock.adjust("2 hours")
    const answer = yield* get("ca_1")
    assert.notStrictEqual(tokenIn(answer), first)
    assert.strictEqual(accountIn(answer).updated_at, "1970-01-01T00:00:00.000Z")
    assert.strictEqual(tokenIn(yield* get("ca_2")), same)
  })
)

it.effect("One account can answer with another's token", () =>
  Effect.gen(function* () {
    const { get } = yield* start({ accounts: { ca_1: {}, ca_2: { sharesTokenOf: "ca_1" } } })
    assert.strictEqual(tokenIn(yield* get("ca_2")), tokenIn(yield* get("ca_1")))
  })
)

it.effect("Only ACTIVE and INACTIVE come with a token", () =>
  Effect.gen(function* () {
    const { get, simulator } = yield* start()
    for (const status of ["INITIALIZING", "INITIATED", "ACTIVE", "FAILED", "EXPIRED", "INACTIVE", "REVOKED"] as const) {
      yield* simulator.putAccount("ca_1", statuses[status])
      const { state, status: said, status_reason } = accountIn(yield* get())
      assert.strictEqual(said, status)
      assert.strictEqual(state.val["status"], status)
      assert.strictEqual("access_token" in state.val, status === "ACTIVE" || status === "INACTIVE", status)
      if (["FAILED", "EXPIRED", "INACTIVE", "REVOKED"].includes(status)) assert.isString(status_reason)
    }
  })
)

it.effect("Masking by project, by account or by Composio's own client hides every secret", () =>
  Effect.gen(function* () {
    const { ask, get, simulator } = yield* start({ accounts: { ca_1: {} } })
    const config = (path: string, body?: unknown) =>
      ask(body === undefined ? { path } : { path, body, method: "PATCH" })
    assert.deepInclude(jsonIn(yield* config("/api/v3/org/project/config")), {
      mask_secret_keys_in_connected_account: false
    })
    yield* config(`${api}/org/project/config`, { mask_secret_keys_in_connected_account: true })
    for (const authScheme of schemes) {
      yield* simulator.putAccount("ca_1", { authScheme })
      const { text } = yield* get()
      const issued = yield* simulator.tokens("ca_1")
      for (const { token } of issued) assert.notInclude(text, token, authScheme)
    }
    yield* simulator.patchSettings({ masking: false })
    const token = (shape: keyof typeof tokens) =>
      Effect.andThen(simulator.putAccount("ca_1", tokens[shape]), Effect.map(get(), tokenIn))
    assert.strictEqual(yield* token("redacted"), "REDACTED")
    assert.strictEqual(yield* token("masked by Google's prefix"), "ya29...")
    assert.strictEqual(yield* token("masked, for the client is Composio's"), "simu...")
    assert.match(yield* token("opaque"), /^simulated-/)
  })
)

it.effect("A token ends as the shape of its expiry says", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(1_800_000_000_000)
    const { get, simulator } = yield* start()
    const said = (shape: keyof typeof expiries) =>
      Effect.andThen(
        simulator.putAccount("ca_1", expiries[shape]),
        Effect.map(get(), (answer) => {
          const { expires_at, expires_in } = accountIn(answer).state.val
          return [expires_in, expires_at]
        })
      )
    assert.deepStrictEqual(yield* said("expires_in as text"), ["3600", undefined])
    assert.deepStrictEqual(yield* said("expires_in null"), [null, undefined])
    assert.deepStrictEqual(yield* said("expires_in absent"), [undefined, undefined])
    assert.deepStrictEqual(yield* said("expires_in negative"), [-3600, undefined])
    assert.deepStrictEqual(yield* said("expires_at"), [3600, "2027-01-15T09:00:00.000Z"])
    assert.deepStrictEqual(yield* said("expires_at with an offset"), [3600, "2027-01-15T11:00:00.000+02:00"])
    assert.deepStrictEqual(yield* said("expires_at in a local style"), [3600, "01/15/2027, 09:00:00"])
    assert.deepStrictEqual(yield* said("expires_at in milliseconds"), [3600, 1_800_003_600_000])
    yield* simulator.putAccount("ca_1", expiries["a JWT that ends before expires_in"])
    const [, payload = ""] = tokenIn(yield* get()).split(".")
    assert.include(Buffer.from(payload, "base64url").toString(), '"exp":1800000600')
  })
)

it.effect("A key that is wrong, doubled or for reading only is refused in the upstream's words", () =>
  Effect.gen(function* () {
    const { ask, simulator } = yield* start()
    const readKey = (yield* simulator.settings).readKey
    const status = (headers: Record<string, string>, path = one("ca_1"), method: "GET" | "DELETE" = "GET") =>
      Effect.map(ask({ path, headers, method }), (answer) => answer.status)
    assert.strictEqual(yield* status({ "x-api-key": "another" }), 401)
    assert.strictEqual(yield* status({}), 401)
    assert.strictEqual(yield* status({ "x-api-key": apiKey, "x-user-api-key": apiKey }), 401)
    assert.strictEqual(yield* status({ "x-api-key": readKey }), 200)
    assert.strictEqual(yield* status({ "x-api-key": readKey }, one("ca_1"), "DELETE"), 403)
    assert.strictEqual(yield* status({ "x-api-key": apiKey }, one("ca_none")), 404)
    assert.strictEqual(yield* status({ "x-api-key": apiKey }, "/api/v1/connectedAccounts"), 410)
    const keys = (yield* simulator.calls()).map(({ key }) => key)
    assert.deepStrictEqual(keys, ["wrong", "absent", "several", "right", "right", "right", "right"])
    const { error } = jsonIn(yield* ask({ path: one("ca_none") }))
    assert.hasAllKeys(error, ["message", "code", "status", "slug", "request_id", "suggested_fix"])
  })
)

it.effect("Over its limit a window answers 429, flat, until it ends", () =>
  Effect.gen(function* () {
    const { get } = yield* start({ rateLimit: 2 })
    assert.strictEqual((yield* get()).headers["x-ratelimit-remaining"], "1")
    yield* get()
    yield* TestClock.adjust("1 minute")
    const limited = yield* get()
    assert.strictEqual(limited.status, 429)
    assert.strictEqual(limited.headers["retry-after"], "540")
    assert.isString(jsonIn(limited)["message"])
    yield* TestClock.adjust("9 minutes")
    assert.strictEqual((yield* get()).status, 200)
  })
)

it.effect("On demand, a demo account answers with a token before and after a restart", () =>
  Effect.gen(function* () {
    for (let restart = 0; restart < 2; restart++) {
      const { get } = yield* start({ accountsOnDemand: true })
      const answer = yield* get("ca_demo_google-drive")
      assert.strictEqual(accountIn(answer).toolkit.slug, "google-drive")
      assert.match(tokenIn(answer), /^simulated-google-drive-/)
      assert.strictEqual((yield* get("ca_other")).status, 404)
    }
    const { get } = yield* start()
    assert.strictEqual((yield* get("ca_demo_notion")).status, 404)
  })
)
