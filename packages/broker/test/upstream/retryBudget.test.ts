import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { against, asks } from "./fixtures/asking.ts"
import { ok, type Script, status } from "./fixtures/scripted.ts"

it.effect("retries are paid for, and cease when nothing succeeds", () =>
  Effect.gen(function* () {
    // Failing in a way that opens no circuit, so that nothing but the budget holds back.
    const failing: Script = () => status(409)
    const spent: Script = () => Effect.sync(() => new Response("<html>"))
    yield* against(spent, (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 50; call += 1) yield* asks
        // 500 pays for a hundred retries of 5 each.
        assert.strictEqual(calls(), 150)
        for (let call = 0; call < 50; call += 1) yield* asks
        assert.strictEqual(calls(), 200)
      })
    )
    // An answer, and be it a refusal, shows a host that works: it earns what it costs a fifth of.
    yield* against(failing, (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 500; call += 1) yield* asks
        const asked = calls()
        assert.isAbove(asked, 500 + 100)
        assert.isBelow(asked, 500 + 100 + asked / 5 + 2)
      })
    )
  })
)

it.effect("successes pay for retries again, up to what there was", () => {
  let well = false
  return against(
    (_, account) => (well ? ok(account) : Effect.sync(() => new Response("<html>"))),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 60; call += 1) yield* asks
        assert.strictEqual(calls(), 160)
        well = true
        for (let call = 0; call < 12; call += 1) yield* asks
        well = false
        yield* asks
        // Twelve earned two retries.
        assert.strictEqual(calls(), 160 + 12 + 3)
        well = true
        for (let call = 0; call < 2000; call += 1) yield* asks
        well = false
        for (let call = 0; call < 100; call += 1) yield* asks
        assert.strictEqual(calls(), 175 + 2000 + 200)
      })
  )
})

it.effect("a retry after a time-out costs twice as much", () =>
  against(
    (call, account) => (call % 3 === 1 ? Effect.never : ok(account)),
    (calls) =>
      Effect.gen(function* () {
        let retried = 0
        for (let call = 0; call < 400; call += 1) {
          const before = calls()
          const fiber = yield* Effect.forkChild(asks)
          yield* TestClock.adjust("5 seconds")
          if ((yield* Fiber.join(fiber)) !== "token") break
          if (calls() - before === 2) retried += 1
        }
        // Of 500 each takes 10, and the two successes until the next one bring 2.
        assert.strictEqual(retried, 62)
      })
  )
)
