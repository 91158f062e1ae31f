import { assert, it } from "@effect/vitest"
import { Cause, Effect, Exit, Logger, Option, References, Tracer } from "effect"
import { HttpClient } from "effect/http"
import { inspect } from "node:util"
import { ComposioClient } from "@vendodev/broker/upstream/ComposioClient"
import { faultOfBaseUrl } from "@vendodev/broker/upstream/composioAddress"
import { RequestId } from "@vendodev/domain/RequestId"
import { account, active, apiKey, atOnce, clientOf, fetch, listen, quietly, say, token } from "./fixtures/upstream.ts"

const settle = <A, E>(effect: Effect.Effect<A, E, ComposioClient>, url: string, key?: Option.Option<string>) =>
  effect.pipe(Effect.provide(clientOf(url, key)), Effect.result, atOnce, quietly)

it.live("the key goes to the one origin that was set, wherever that points", () =>
  Effect.gen(function* () {
    const elsewhere = yield* listen(say({}))
    for (const status of [300, 301, 302, 303, 307, 308]) {
      const here = yield* listen(
        say({ status, headers: { location: `${elsewhere.url}/api/v3.1/connected_accounts/x` } })
      )
      const found = yield* settle(fetch(), here.url)
      assert.strictEqual(found._tag === "Failure" ? found.failure.verdict : "token", "faulty", String(status))
      assert.deepStrictEqual(
        here.seen.map(({ headers }) => headers["x-api-key"]),
        [apiKey, apiKey, apiKey]
      )
    }
    assert.deepStrictEqual(elsewhere.seen, [])
  })
)

it.live("a redirect to the same origin is not followed either", () =>
  Effect.gen(function* () {
    const here = yield* listen((request, response) =>
      say(request.url === "/moved" ? {} : { status: 302, headers: { location: "/moved" } })(request, response)
    )
    const found = yield* settle(fetch(), here.url)
    assert.strictEqual(found._tag, "Failure")
    assert.isFalse(here.seen.some(({ url }) => url === "/moved"))
  })
)

it.live("one question asks for one account, and says no more than it must", () =>
  Effect.gen(function* () {
    const { seen, url } = yield* listen(say({}))
    const id = "01999999-aaaa-7bbb-8ccc-000000000000"
    const asked = (requestId: string, path = "") =>
      settle(Effect.provideService(fetch(), RequestId, requestId), `${url}${path}`)
    yield* asked(id)
    yield* asked("")
    yield* asked("not a\nheader")
    yield* asked(id, "/behind/a/path/")
    const where = `/api/v3.1/connected_accounts/${account}`
    assert.deepStrictEqual(
      seen.map(({ url }) => url),
      [where, where, where, `/behind/a/path${where}`]
    )
    assert.deepStrictEqual(
      seen.map(({ headers }) => headers["x-request-id"]),
      [id, undefined, undefined, id]
    )
    for (const { headers } of seen) {
      assert.strictEqual(headers["x-api-key"], apiKey)
      for (const name of ["authorization", "cookie", "traceparent", "b3", "x-user-api-key"]) {
        assert.isUndefined(headers[name], name)
      }
    }
  })
)

it.live("without a key nothing is sent", () =>
  Effect.gen(function* () {
    const { seen, url } = yield* listen(say({}))
    const found = yield* settle(fetch(), url, Option.none())
    assert.strictEqual(found._tag, "Failure")
    if (found._tag !== "Failure") return
    assert.strictEqual(found.failure.verdict, "unservable")
    assert.match(found.failure.detail, /COMPOSIO_API_KEY is not set/)
    const configured = Effect.map(ComposioClient, (client) => client.configured)
    assert.isFalse(yield* Effect.provide(configured, clientOf(url, Option.none())))
    assert.isTrue(yield* Effect.provide(configured, clientOf(url)))
    assert.deepStrictEqual(seen, [])
  })
)

it.live("a key is not sent in the clear, except to this machine, nor to an address that is none", () =>
  Effect.gen(function* () {
    let sent = 0
    const counting = HttpClient.make(() => {
      sent += 1
      return Effect.never
    })
    for (const bad of [
      "http://api.example",
      "http://10.0.0.1",
      "http://127.0.0.1.example",
      "http://a.localhost",
      "ftp://localhost",
      "api",
      ""
    ]) {
      assert.isTrue(Option.isSome(faultOfBaseUrl(bad)), bad)
      const found = yield* Effect.scoped(settle(fetch(), bad)).pipe(
        Effect.provideService(HttpClient.HttpClient, counting)
      )
      assert.strictEqual(found._tag === "Failure" ? found.failure.verdict : "token", "ours", bad)
    }
    for (const bad of ["https://user:secret@api.example", "https://api.example/?a=b", "https://api.example/#a"]) {
      assert.isTrue(Option.isSome(faultOfBaseUrl(bad)), bad)
    }
    const good = ["https://api.example", "http://localhost:1", "http://127.0.0.1", "http://[::1]:8080"]
    for (const url of good) assert.isTrue(Option.isNone(faultOfBaseUrl(url)), url)
    assert.strictEqual(sent, 0)
  })
)

it.live("a key that can not stand in a header is neither sent nor shown", () =>
  Effect.gen(function* () {
    const { seen, url } = yield* listen(say({}))
    for (const key of ["two words", "line\nbreak", "naïve", ""]) {
      const found = yield* settle(fetch(), url, Option.some(key))
      assert.strictEqual(found._tag === "Failure" ? found.failure.verdict : "token", "ours", key)
    }
    assert.deepStrictEqual(seen, [])
  })
)

it.live("nothing of what was sent or received is in a log, a span or a refusal", () =>
  Effect.gen(function* () {
    const shown: Array<string> = []
    const show = (value: unknown) => shown.push(inspect(value, { depth: 8, showHidden: true }))
    const logger = Logger.make((said) => show([said.message, said.cause, said.date]))
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const echo = JSON.stringify(active({ top: { status_reason: "canary-reason" } }))
    const header = {
      "x-odd": "canary-header",
      location: "https://canary-location.example",
      "set-cookie": "canary-cookie"
    }
    const answers = [
      { body: echo },
      { body: echo.slice(0, -1) },
      { body: active({ val: { access_token: "canary..." } }) },
      { body: active({ top: { status: "canary-status" } }) },
      { body: active({ top: { id: "canary-id" } }) },
      ...[301, 400, 401, 403, 404, 410, 422, 429, 500, 501, 503].map((status) => ({ status, body: echo })),
      ...[400, 404, 500].map((status) => ({ status, body: `{"error":{"message":"canary ${apiKey}"}}` }))
    ]
    const overheard = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(Effect.withTracer(tracer), Effect.provide(Logger.layer([logger])), atOnce, Effect.exit)
    for (const answer of answers) {
      const { url } = yield* listen(say({ headers: header, ...answer }))
      const exit = yield* overheard(Effect.provide(fetch(), clientOf(url)))
      if (Exit.isFailure(exit)) show([exit.cause, Cause.pretty(exit.cause), JSON.stringify(exit.cause)])
      else show(exit.value)
    }
    const broken = yield* listen((request) => request.socket.destroy())
    show(yield* overheard(Effect.provide(fetch(), clientOf(broken.url))))
    for (const { attributes, events, links, name, status } of spans)
      show([name, [...attributes], events, links, status])

    const names = new Set(spans.map(({ name }) => name))
    assert.deepStrictEqual([...names], ["ComposioClient.fetch"])
    assert.strictEqual(spans.length, answers.length + 1)
    const all = shown.join("\n")
    assert.include(all, "Composio refuses our API key")
    for (const secret of [apiKey, token, "canary", "data-is-never-read", "refresh-token-is-never-read"]) {
      assert.notInclude(all, secret)
    }
  }).pipe(Effect.provideService(References.MinimumLogLevel, "Trace"))
)

it.live("a span says which account, what status and what verdict", () =>
  Effect.gen(function* () {
    const spans: Array<Tracer.Span> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    for (const [status, verdict] of [
      [200, "token"],
      [429, "busy"],
      [404, "faulty"]
    ] as const) {
      const { url } = yield* listen(say({ status, headers: { "retry-after": "60" } }))
      yield* Effect.withTracer(settle(fetch(), url), tracer)
      assert.deepStrictEqual(Object.fromEntries(spans.at(-1)?.attributes ?? []), {
        "composio.account": account,
        "http.response.status_code": status,
        "upstream.verdict": verdict
      })
    }
  })
)
