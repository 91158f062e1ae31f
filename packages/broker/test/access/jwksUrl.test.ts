import { assert, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { isSafeKeySetUrl } from "@vendodev/broker/access/jwksUrl"
import { UserIdentity } from "@vendodev/broker/access/UserIdentity"
import { keyServer, redirects, says, silence } from "@vendodev/testing/keyServer"
import { documentOf, ecPair, jwkOf, tokenOf } from "@vendodev/testing/userTokens"
import { files } from "./fixtures/files.ts"
import { atStart, externalEc, identity, own, refusal, verify } from "./fixtures/userTokens.ts"

const first = { ...externalEc, kid: "first", pair: ecPair() }
const second = { ...externalEc, kid: "second", pair: ecPair() }
const both = documentOf(jwkOf(first), jwkOf(second))

/** A test with an issuer that publishes its keys, and `UserIdentity` that trusts it. */
const published = <A, E>(
  test: (issuer: Effect.Success<typeof keyServer>["state"]) => Effect.Effect<A, E, UserIdentity>
) =>
  Effect.gen(function* () {
    yield* atStart
    const { state, url } = yield* keyServer
    state.answer = says(documentOf(jwkOf(first)))
    const context = yield* Layer.build(Layer.provide(identity(Effect.succeed([]), { url }), files))
    return yield* Effect.provideContext(test(state), context)
  })

const unavailable = (token: string) =>
  Effect.map(Effect.flip(verify(token)), ({ _tag }) => assert.strictEqual(_tag, "unavailable"))

it.effect("keys are fetched when the first token needs them, and then used for ten minutes", () =>
  published((issuer) =>
    Effect.gen(function* () {
      assert.strictEqual(issuer.asked, 0)
      for (let i = 0; i < 20; i++) yield* refusal(tokenOf(first, { jti: String(i), exp: undefined }))
      assert.strictEqual(issuer.asked, 0)
      for (let i = 0; i < 20; i++) yield* verify(tokenOf(first, { jti: String(i) }))
      assert.strictEqual(issuer.asked, 1)
      yield* TestClock.adjust("599 seconds")
      yield* verify(tokenOf(first))
      assert.strictEqual(issuer.asked, 1)
      yield* TestClock.adjust("1 seconds")
      yield* verify(tokenOf(first))
      assert.strictEqual(issuer.asked, 2)
    })
  )
)

it.effect("a key the issuer withdraws verifies nothing once the keys are fetched again, remembered or not", () =>
  published((issuer) =>
    Effect.gen(function* () {
      const token = tokenOf(first)
      yield* verify(token)
      issuer.answer = says(documentOf(jwkOf(second)))
      yield* verify(token)
      yield* TestClock.adjust("10 minutes")
      assert.include(yield* refusal(token), "no key")
      // An issuer that withdraws all its keys is believed as well.
      yield* verify(tokenOf(second))
      issuer.answer = says(documentOf())
      yield* TestClock.adjust("10 minutes")
      assert.include(yield* refusal(tokenOf(second)), "no key")
    })
  )
)

it.effect("the same key under another name does not verify the tokens of the old one", () =>
  published((issuer) =>
    Effect.gen(function* () {
      const token = tokenOf(first)
      yield* verify(token)
      issuer.answer = says(documentOf(jwkOf({ ...first, kid: "renamed" })))
      yield* TestClock.adjust("10 minutes")
      assert.include(yield* refusal(token), "no key")
      // And another key under the same name does not, either.
      issuer.answer = says(documentOf(jwkOf({ ...first, pair: second.pair })))
      yield* TestClock.adjust("10 minutes")
      assert.include(yield* refusal(token), "does not fit")
    })
  )
)

it.effect("a new key is found without waiting ten minutes, and without believing every token that names one", () =>
  published((issuer) =>
    Effect.gen(function* () {
      yield* verify(tokenOf(first))
      issuer.answer = says(both)
      assert.include(yield* refusal(tokenOf(second)), "no key")
      assert.strictEqual(issuer.asked, 1)
      yield* TestClock.adjust("30 seconds")
      yield* verify(tokenOf(second))
      assert.strictEqual(issuer.asked, 2)
      yield* verify(tokenOf(first))
    })
  )
)

it.effect("10,000 tokens that name unknown keys cause one fetch", () =>
  published((issuer) =>
    Effect.gen(function* () {
      yield* verify(tokenOf(first))
      yield* TestClock.adjust("30 seconds")
      const flood = Array.from({ length: 10_000 }, (_, i) => tokenOf(first, {}, { kid: `unknown-${i}` }))
      yield* Effect.forEach(flood, refusal, { concurrency: 200, discard: true })
      assert.strictEqual(issuer.asked, 2)
      yield* TestClock.adjust("29 seconds")
      yield* Effect.forEach(flood.slice(0, 100), refusal, { concurrency: 10, discard: true })
      assert.strictEqual(issuer.asked, 2)
    })
  )
)

it.effect("those who wait for the keys at the same time wait for one fetch, which outlives the first of them", () =>
  published((issuer) =>
    Effect.gen(function* () {
      let release = () => {}
      issuer.answer = (response) => {
        release = () => says(both)(response, "")
      }
      const waiting = yield* Effect.forEach([first, second, first, second, first], (key) =>
        Effect.forkChild(verify(tokenOf(key)), { startImmediately: true })
      )
      const [leader, ...others] = waiting
      yield* arrived(issuer, 1)
      if (leader !== undefined) yield* Fiber.interrupt(leader)
      release()
      for (const fiber of others) yield* Fiber.join(fiber)
      assert.strictEqual(issuer.asked, 1)
    })
  )
)

const arrived = (issuer: { readonly asked: number }, requests: number): Effect.Effect<void> =>
  Effect.suspend(() =>
    issuer.asked >= requests ? Effect.void : Effect.andThen(nextTurn, () => arrived(issuer, requests))
  )

/** Lets the event loop, and so the socket, go on. */
const nextTurn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

const outages = [
  { what: "is down", answer: says("", 503) },
  { what: "says not found", answer: says(both, 404) },
  { what: "redirects", answer: redirects(both) },
  { what: "answers nonsense", answer: says("<html>") },
  { what: "answers something else", answer: says(`{"keys":{}}`) },
  { what: "answers too much", answer: says(`{"keys":[],"pad":"${"x".repeat(256 * 1024)}"}`) }
]

for (const { answer, what } of outages) {
  it.effect(`while the issuer ${what}, known keys stay in use, and it is asked twice a minute`, () =>
    published((issuer) =>
      Effect.gen(function* () {
        yield* verify(tokenOf(first))
        issuer.answer = answer
        yield* TestClock.adjust("10 minutes")
        for (let i = 0; i < 10; i++) yield* verify(tokenOf(first, { jti: String(i) }))
        assert.strictEqual(issuer.asked, 2)
        assert.include(yield* refusal(tokenOf(second)), "no key")
        yield* TestClock.adjust("30 seconds")
        // Asked for a key nobody knows, so it waits for the answer; a known one would not.
        assert.include(yield* refusal(tokenOf(second)), "no key")
        assert.strictEqual(issuer.asked, 3)
        issuer.answer = says(both)
        yield* TestClock.adjust("30 seconds")
        yield* verify(tokenOf(second))
      })
    )
  )

  it.effect(`when the issuer ${what} from the start, nothing is said against a token`, () =>
    published((issuer) =>
      Effect.gen(function* () {
        issuer.answer = answer
        for (let i = 0; i < 10; i++) yield* unavailable(tokenOf(first))
        assert.strictEqual(issuer.asked, 1)
        issuer.answer = says(both)
        yield* TestClock.adjust("5 seconds")
        yield* verify(tokenOf(first))
      })
    )
  )
}

it.effect("an issuer that does not answer is waited for five seconds, by nobody who has its keys twice", () =>
  published((issuer) =>
    Effect.gen(function* () {
      issuer.answer = silence
      const waiting = yield* Effect.forkChild(Effect.exit(verify(tokenOf(first))))
      yield* arrived(issuer, 1)
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isTrue(Exit.isFailure(yield* Fiber.join(waiting)))

      issuer.answer = says(both)
      yield* TestClock.adjust("5 seconds")
      yield* verify(tokenOf(first))
      issuer.answer = silence
      yield* TestClock.adjust("10 minutes")
      const late = yield* Effect.forkChild(verify(tokenOf(first)))
      yield* arrived(issuer, 3)
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(late)
      yield* TestClock.adjust("30 seconds")
      // Known to be silent: answered at once, while it is asked once more.
      yield* verify(tokenOf(first))
      yield* arrived(issuer, 4)
    })
  )
)

it.effect("keys come over TLS, or from this machine", () =>
  Effect.sync(() => {
    const safe = ["https://login.test/jwks", "http://127.0.0.1:8080/", "http://localhost/x", "http://[::1]:1/"]
    for (const url of safe) assert.isTrue(isSafeKeySetUrl(url), url)
    const unsafe = [
      "http://login.test/jwks",
      "http://127.0.0.1.evil.test/",
      "http://localhost.evil.test/",
      "http://10.0.0.1/",
      "https://user@login.test/",
      "https://:secret@login.test/",
      "ftp://localhost/",
      "file:///etc/jwks.json",
      "login.test",
      ""
    ]
    for (const url of unsafe) assert.isFalse(isSafeKeySetUrl(url), url)
  })
)

it.effect("an issuer that can not be trusted as it stands is found at the start", () =>
  Effect.gen(function* () {
    const file = { jwks: { file: "/keys.json" } }
    const wrong = [
      { jwks: { url: "http://login.test/jwks" } },
      { ...file, issuer: own.iss },
      { ...file, issuer: "" },
      { ...file, audience: "" }
    ]
    for (const changes of wrong) {
      const start = Layer.build(Layer.provide(identity(Effect.succeed([]), file.jwks, changes), files))
      assert.strictEqual((yield* Effect.flip(Effect.scoped(start)))._tag, "UserIdentityMisconfigured")
    }
  })
)
