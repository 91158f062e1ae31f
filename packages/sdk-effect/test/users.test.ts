import { assert, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Result, Schema, Stream, Tracer } from "effect"
import { FetchHttpClient, Headers as HttpHeaders, HttpClient, HttpClientResponse } from "effect/http"
import { inspect } from "node:util"
import { forRequest, forUser, UserJwt, Vendo } from "@vendodev/effect"
import { byOwner, type ByOwner } from "@vendodev/testing/byOwner"

const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

const users = [undefined, "one.user.jwt", "two.user.jwt", "three.user.jwt"] as const

const calls = ["token", "tokens", "session", "connections", "connectUrl", "balance", "invalidate"] as const

const over = (service: ByOwner) =>
  Vendo.layerHosted({ apiKey: Redacted.make("vendo_sk_test"), baseUrl: "https://vendo.example" }).pipe(
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, (input, init) => service.fetch(String(input), init ?? {})))
  )

/** A provider that refuses everybody, and says whom. */
const refusing = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.make((request) =>
    Effect.succeed(
      HttpClientResponse.fromWeb(request, Response.json(request.headers["authorization"], { status: 401 }))
    )
  )
)

const scopedTo = (user: string | undefined, index: number) => {
  if (user === undefined) return <A, E, R>(self: Effect.Effect<A, E, R>) => self
  return index === 1 ? forUser(user) : forRequest(new Headers({ "X-Vendo-User-JWT": user }))
}

it.effect.prop(
  "whatever runs for a user says so on every call, and is never given what was kept for another",
  {
    script: Schema.Array(
      Schema.Struct({
        user: Schema.Literals([0, 1, 2, 3]),
        slug: Schema.Literals(["a", "b"]),
        call: Schema.Literals(calls)
      })
    ),
    concurrency: Schema.Literals([1, 4, 16])
  },
  ({ concurrency, script }) =>
    Effect.gen(function* () {
      const vendo = yield* Vendo
      yield* Effect.forEach(
        script,
        ({ call, slug, user: index }) => {
          const user = users[index]
          const mine = `${user ?? "nobody"}:${slug}`
          const calling = Effect.gen(function* () {
            switch (call) {
              case "token":
                return assert.strictEqual(Redacted.value(yield* vendo.token(slug)), mine)
              case "tokens": {
                const token = (yield* vendo.tokens(["a", "b"])).get(slug)
                return assert.strictEqual(token && Result.isSuccess(token) && Redacted.value(token.success), mine)
              }
              case "session": {
                const client = yield* vendo.session(slug)
                const response = yield* client.get("https://provider.example")
                return assert.strictEqual(yield* response.json, `Bearer ${mine}`)
              }
              case "connections": {
                const [connection] = yield* vendo.connections.list
                return assert.strictEqual(connection?.displayName, user ?? "nobody")
              }
              case "connectUrl":
                return assert.include(yield* vendo.connectUrl(slug), user ?? "nobody")
              case "balance":
                return assert.strictEqual((yield* vendo.billing.balance).topUpUrl, user ?? "nobody")
              case "invalidate":
                return yield* vendo.invalidate(slug)
            }
          })
          return scopedTo(user, index)(calling)
        },
        { concurrency, discard: true }
      )
    }).pipe(Effect.provide([over(byOwner()), refusing])),
  { arbitrary: { seed, runs: 150 } }
)

it.effect("a session stays with the user it was made for", () =>
  Effect.gen(function* () {
    const vendo = yield* Vendo
    const session = yield* forUser("one.user.jwt")(vendo.session("a"))
    const response = yield* forUser("two.user.jwt")(session.get("https://provider.example"))
    assert.strictEqual(yield* response.json, "Bearer one.user.jwt:a")
  }).pipe(Effect.provide([over(byOwner()), refusing]))
)

it.effect("outside of a user's work the deployment is meant", () =>
  Effect.gen(function* () {
    const vendo = yield* Vendo
    yield* forUser("one.user.jwt")(vendo.token("a"))
    assert.isTrue(Option.isNone(yield* UserJwt))
    assert.strictEqual(Redacted.value(yield* vendo.token("a")), "nobody:a")
  }).pipe(Effect.provide(over(byOwner())))
)

it.effect("in OSS mode nothing of a user's or of the service's is to be had, and nothing is sent", () =>
  Effect.gen(function* () {
    const vendo = yield* Vendo
    const refused = [
      Effect.asVoid(forUser("one.user.jwt")(vendo.token("a"))),
      Effect.asVoid(forUser("one.user.jwt")(vendo.connections.list)),
      Effect.asVoid(vendo.billing.balance),
      Effect.asVoid(vendo.connectUrl("a")),
      Stream.runDrain(vendo.events())
    ]
    for (const call of refused) assert.strictEqual((yield* Effect.flip(call))._tag, "vendo_only_feature")
  }).pipe(Effect.provide(Vendo.layerEnv))
)

it.effect("two services in one program keep to their own HttpClient", () =>
  Effect.gen(function* () {
    const answering = (access_token: string) => {
      const client = HttpClient.make((request) =>
        Effect.succeed(HttpClientResponse.fromWeb(request, Response.json({ access_token, expires_at: null })))
      )
      return Vendo.layerHosted({ apiKey: Redacted.make("vendo_sk_test"), baseUrl: "https://vendo.example" }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
      )
    }
    const asked = (name: string) =>
      Layer.effectDiscard(
        Effect.flatMap(Vendo, (vendo) =>
          Effect.map(vendo.token("a"), (token) => assert.strictEqual(Redacted.value(token), name))
        )
      ).pipe(Layer.provide(answering(name)))
    yield* Effect.scoped(Layer.build(Layer.mergeAll(asked("one"), asked("two"))))
  })
)

it.effect("a span that shows headers shows neither the key nor the user, whatever else the program hides", () =>
  Effect.gen(function* () {
    const shown: Array<unknown> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        shown.push(span.attributes)
        return span
      }
    })
    yield* Effect.flatMap(Vendo, (vendo) => vendo.token("a")).pipe(
      forUser("one.user.jwt"),
      Effect.provide(over(byOwner())),
      Effect.withTracer(tracer),
      Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
      Effect.provideService(HttpHeaders.CurrentRedactedNames, ["x-other"])
    )
    const text = inspect(shown, { depth: 5 })
    assert.include(text, "http.request.header.authorization")
    for (const secret of ["vendo_sk_test", "one.user.jwt"]) assert.notInclude(text, secret)
  })
)

it.effect("a code is heard through a client that fails on what is no success", () =>
  Effect.gen(function* () {
    const refusal = new Response(`{"error":"","detail":"bind one first"}`, {
      status: 403,
      headers: { "vendo-error-code": "binding_missing" }
    })
    const strict = HttpClient.filterStatusOk(
      HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, refusal)))
    )
    const service = Vendo.layerHosted({ apiKey: Redacted.make("vendo_sk_test") }).pipe(
      Layer.provide(Layer.succeed(HttpClient.HttpClient, strict))
    )
    const error = yield* Effect.flip(Effect.flatMap(Vendo, (vendo) => vendo.token("a"))).pipe(Effect.provide(service))
    assert.strictEqual(error._tag, "binding_missing")
  })
)
