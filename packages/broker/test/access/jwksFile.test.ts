import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { documentOf, ecPair, jwkOf, tokenOf } from "@vendodev/testing/userTokens"
import { files, keyFile } from "./fixtures/files.ts"
import { atStart, externalEc, identity, refusal, verify } from "./fixtures/userTokens.ts"

const first = { ...externalEc, kid: "first", pair: ecPair() }
const second = { ...externalEc, kid: "second", pair: ecPair() }

/** `UserIdentity` that trusts the keys in a file, and what it logs. */
const withFile = Effect.gen(function* () {
  yield* atStart
  const file = yield* keyFile
  const said: Array<string> = []
  const listening = Logger.layer([Logger.make(({ message }) => void said.push(String(message)))])
  const users = identity(Effect.succeed([]), { file: file.path }).pipe(
    Layer.provide(files),
    Layer.provideMerge(listening)
  )
  return { file, said, context: yield* Layer.build(users) }
})

const aSecond = TestClock.adjust("1 second")

it.effect("keys in a file are taken over within a second of being replaced, and withdrawn as fast", () =>
  Effect.gen(function* () {
    const { context, file, said } = yield* withFile
    file.write(documentOf(jwkOf(first)))
    yield* Effect.gen(function* () {
      const token = tokenOf(first)
      yield* verify(token)
      file.write(documentOf(jwkOf(second)))
      yield* aSecond
      assert.include(yield* refusal(token), "no key")
      yield* verify(tokenOf(second))
      file.write(documentOf())
      yield* aSecond
      assert.include(yield* refusal(tokenOf(second)), "no key")
    }).pipe(Effect.provideContext(context))
    assert.deepStrictEqual(
      said.filter((line) => line.includes("not taken over")),
      []
    )
  })
)

it.effect("a file that is broken, or gone, changes nothing and is said once", () =>
  Effect.gen(function* () {
    const { context, file, said } = yield* withFile
    file.write(documentOf(jwkOf(first)))
    yield* Effect.gen(function* () {
      yield* verify(tokenOf(first))
      const faults = [
        () => file.write("{"),
        () => file.write(`{"keys": [], "pad": "${"x".repeat(256 * 1024)}"}`),
        () => file.remove()
      ]
      for (const [n, fault] of faults.entries()) {
        fault()
        for (let i = 0; i < 5; i++) {
          yield* aSecond
          yield* verify(tokenOf(first, { jti: `${n}/${i}` }))
        }
        assert.strictEqual(said.length, n + 1, said.join("\n"))
      }
      file.write(documentOf(jwkOf(second)))
      yield* aSecond
      yield* verify(tokenOf(second))
      file.remove()
      yield* aSecond
      yield* verify(tokenOf(second))
      assert.strictEqual(said.length, faults.length + 1)
    }).pipe(Effect.provideContext(context))
  })
)

it.effect("a file that is not there yet says nothing against a token, and is found when it comes", () =>
  Effect.gen(function* () {
    const { context, file } = yield* withFile
    yield* Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(verify(tokenOf(first))))._tag, "unavailable")
      file.write(documentOf(jwkOf(first)))
      yield* aSecond
      yield* verify(tokenOf(first))
    }).pipe(Effect.provideContext(context))
  })
)
