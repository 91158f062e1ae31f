/** The install of an OAuth app at a provider that asks for everything the standards have. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { makeOAuthInstall, newState, type Install } from "@vendodev/broker/connect/oauthInstall"
import { ProviderAddress, through } from "@vendodev/broker/upstream/ProviderAddress"
import { Providers } from "@vendodev/broker/upstream/Providers"
import { define } from "@vendodev/catalog/Integration"
import * as FakeProviders from "@vendodev/simulator/FakeProviders"
import type { Fault } from "@vendodev/simulator/Fault"
import * as InProcess from "@vendodev/simulator/inProcess"

const redirectUri = "https://vendo.example/api/oauth/strict/callback"

const recipe = {
  authorizeUrl: "https://oauth.example/authorize",
  tokenUrl: "https://oauth.example/token",
  scopes: ["read", "write"],
  pkce: true,
  clientAuth: "post",
  issuer: "https://oauth.example",
  authorizeParameters: { prompt: "consent" },
  account: { id: "account.id", name: "account.name" }
} as const

const integration = define({
  slug: "strict",
  name: "Strict",
  description: "A provider nobody has.",
  category: "other",
  profiles: ["oauth_app_install"],
  env: {},
  exclusive: false,
  context: [],
  oauth: recipe,
  docsUrl: "https://oauth.example",
  brandColor: "#000000"
})

/** A token that lasts, which is what can be kept. */
const lasting: Fault = { route: "strict.token", omit: ["expires_in"] }

const world = Effect.gen(function* () {
  const providers = yield* FakeProviders.make({ consent: "allow" })
  yield* providers.addFaults(lasting)
  const { clientId, clientSecret } = yield* providers.settings
  const install: Install = {
    integration,
    recipe,
    client: { id: clientId, secret: Redacted.make(clientSecret) },
    redirectUri
  }
  const http = InProcess.layer(providers)
  const address = Layer.succeed(ProviderAddress, through(InProcess.baseUrl))
  const oauth = yield* makeOAuthInstall.pipe(
    Effect.provide(Providers.layer.pipe(Layer.provideMerge(Layer.merge(http, address))))
  )
  return { providers, oauth, install }
})
type World = Effect.Success<typeof world>

/** Goes to the provider as a browser does. */
const consented = Effect.fnUntraced(function* ({ install, oauth, providers }: World) {
  const { sent, url } = yield* oauth.begin(install, newState())
  const target = new URL(Redacted.value(url))
  const answer = yield* providers.answer({
    method: "GET",
    target: target.pathname + target.search,
    headers: { host: target.host },
    body: ""
  })
  const location = answer.headers.find(([name]) => name === "location")?.[1] ?? ""
  return { sent, asked: target.searchParams, parameters: new URL(location).searchParams }
})

it.live("the browser is sent with all that is asked for, and the code is exchanged with the verifier", () =>
  Effect.gen(function* () {
    const all = yield* world
    const { asked, parameters, sent } = yield* consented(all)
    assert.deepInclude(Object.fromEntries(asked), {
      response_type: "code",
      client_id: all.install.client.id,
      redirect_uri: redirectUri,
      scope: "read write",
      prompt: "consent",
      code_challenge_method: "S256"
    })
    assert.match(asked.get("state") ?? "", /^[A-Za-z0-9_-]{43}$/)
    assert.match(asked.get("code_challenge") ?? "", /^[A-Za-z0-9_-]{43}$/)
    const obtained = yield* all.oauth.finish(all.install, parameters, sent)
    assert.deepStrictEqual(obtained.owner, { id: "5f000000-0000-4000-8000-000000000001", name: "Simulated workspace" })
    assert.isTrue((yield* all.providers.validity(Redacted.value(obtained.secret ?? Redacted.make("")))).valid)
  })
)

it.live("every state and every verifier is another", () =>
  Effect.gen(function* () {
    const { install, oauth } = yield* world
    const seen = new Set<string>()
    for (let n = 0; n < 1000; n++) {
      const state = newState()
      const { sent } = yield* oauth.begin(install, state)
      seen.add(Redacted.value(state)).add(Redacted.value(sent.verifier ?? Redacted.make("")))
    }
    assert.strictEqual(seen.size, 2000)
  })
)

it.live("a code is no good with another verifier, or with none", () =>
  Effect.gen(function* () {
    const all = yield* world
    for (const verifier of [Redacted.make("x".repeat(43)), null]) {
      const { parameters } = yield* consented(all)
      const refused = yield* Effect.flip(all.oauth.finish(all.install, parameters, { way: "oauth", verifier }))
      assert.strictEqual(refused.code, "oauth_exchange_failed")
    }
  })
)

it.live("who sends the browser back must say so where it said it would, and is asked nothing otherwise", () =>
  Effect.gen(function* () {
    const all = yield* world
    for (const iss of [undefined, "https://attacker.example", "https://oauth.example/", ""]) {
      const { parameters, sent } = yield* consented(all)
      parameters.delete("iss")
      if (iss !== undefined) parameters.set("iss", iss)
      yield* all.providers.clearCalls
      const { code } = yield* Effect.flip(all.oauth.finish(all.install, parameters, sent))
      assert.strictEqual(code, "oauth_issuer_invalid")
      // It is asked first: an error of somebody else's is nobody's.
      parameters.delete("code")
      parameters.set("error", "access_denied")
      assert.strictEqual((yield* Effect.flip(all.oauth.finish(all.install, parameters, sent))).code, code)
      assert.isEmpty(yield* all.providers.calls())
    }
    const { parameters, sent } = yield* consented(all)
    parameters.append("iss", "https://attacker.example")
    assert.strictEqual(
      (yield* Effect.flip(all.oauth.finish(all.install, parameters, sent))).code,
      "oauth_issuer_invalid"
    )
  })
)

it.live("less than was asked for is refused, and what is missing is named; more is no matter", () =>
  Effect.gen(function* () {
    const all = yield* world
    const granting = Effect.fnUntraced(function* (scope: string | null) {
      yield* all.providers.clearFaults
      yield* all.providers.addFaults(
        scope === null ? { ...lasting, omit: ["expires_in", "scope"] } : { ...lasting, merge: { scope } }
      )
      const { parameters, sent } = yield* consented(all)
      return yield* Effect.result(all.oauth.finish(all.install, parameters, sent))
    })
    for (const [scope, missing] of [
      ["read", "write"],
      ["", "read, write"],
      ["readwrite", "read, write"],
      ["write admin", "read"]
    ] as const) {
      const result = yield* granting(scope)
      assert(result._tag === "Failure", scope)
      assert.strictEqual(result.failure.code, "oauth_scopes_missing")
      assert.include(result.failure.detail, `${missing} is missing`)
    }
    // Nothing said is what was asked for (RFC 6749 §5.1).
    for (const scope of ["read write", "write read admin", "read,write", null]) {
      assert.strictEqual((yield* granting(scope))._tag, "Success", String(scope))
    }
  })
)

it.live("whatever is no token that lasts is refused, and nothing of it is said", () =>
  Effect.gen(function* () {
    const all = yield* world
    const faults: ReadonlyArray<Fault> = [
      {},
      { omit: ["expires_in", "account"] },
      { omit: ["expires_in"], merge: { account: { id: "a\nb" } } },
      { omit: ["expires_in"], merge: { token_type: "DPoP" } },
      { status: 401 },
      { status: 201 },
      { delivery: "reset-before-headers" }
    ]
    for (const fault of faults) {
      yield* all.providers.clearFaults
      yield* all.providers.addFaults({ ...fault, route: "strict.token" })
      const { parameters, sent } = yield* consented(all)
      const { code, detail } = yield* Effect.flip(all.oauth.finish(all.install, parameters, sent))
      assert.strictEqual(code, "oauth_exchange_failed", JSON.stringify(fault))
      assert.match(detail, /^Strict (?:gave|did not say) [a-z ,]+$/)
    }
  })
)

it.effect("who does not answer is waited for five seconds", () =>
  Effect.gen(function* () {
    const all = yield* world
    yield* all.providers.clearFaults
    yield* all.providers.addFaults({ route: "strict.token", delivery: "never" })
    const { parameters, sent } = yield* consented(all)
    const fiber = yield* Effect.forkChild(Effect.flip(all.oauth.finish(all.install, parameters, sent)))
    yield* TestClock.adjust("4999 millis")
    assert.isUndefined(fiber.pollUnsafe())
    yield* TestClock.adjust("1 millis")
    assert.include((yield* Fiber.join(fiber)).detail, "did not answer in time")
  })
)
