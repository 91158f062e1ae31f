import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"
import { against, asks, refusal } from "./fixtures/asking.ts"
import { ok, type Script, scripted, status } from "./fixtures/scripted.ts"
import { quietly } from "./fixtures/upstream.ts"

it.effect("half of twenty calls failing opens the circuit; then nothing is sent, and one probe closes it", () => {
  let well = false
  return against(
    (_, account) => (well ? ok(account) : status(500, { "x-should-retry": "false" })),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 20; call += 1) assert.strictEqual(yield* asks, "faulty")
        assert.strictEqual(calls(), 20)
        const held = yield* refusal
        assert.strictEqual(held.verdict, "ours")
        assert.deepStrictEqual(held.retryAfter, Duration.seconds(1))
        assert.strictEqual(calls(), 20)

        // The probe fails: left alone for twice as long.
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* asks, "faulty")
        assert.strictEqual(calls(), 21)
        assert.deepStrictEqual((yield* refusal).retryAfter, Duration.seconds(2))
        yield* TestClock.adjust("1999 millis")
        assert.strictEqual(yield* asks, "ours")
        assert.strictEqual(calls(), 21)

        well = true
        yield* TestClock.adjust("1 millis")
        for (let call = 0; call < 30; call += 1) assert.strictEqual(yield* asks, "token")
        assert.strictEqual(calls(), 51)
      })
  )
})

it.effect("who was answered before the circuit opened is told of that answer", () =>
  against(
    (call) => status(503, call < 20 ? { "x-should-retry": "false" } : {}),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 19; call += 1) yield* asks
        assert.strictEqual(yield* asks, "faulty")
        assert.strictEqual(yield* asks, "ours")
        assert.strictEqual(calls(), 20)
      })
  )
)

it.effect("half failing is enough to open it", () =>
  against(
    (call, account) => (call % 2 === 0 ? status(500, { "x-should-retry": "false" }) : ok(account)),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 20; call += 1) assert.notStrictEqual(yield* asks, "ours")
        assert.strictEqual(yield* asks, "ours")
        assert.strictEqual(calls(), 20)
      })
  )
)

it.effect("fewer than half failing opens nothing", () =>
  against(
    (call, account) => (call % 5 < 2 ? status(500, { "x-should-retry": "false" }) : ok(account)),
    (calls) =>
      Effect.gen(function* () {
        for (let call = 0; call < 200; call += 1) assert.notStrictEqual(yield* asks, "ours")
        assert.strictEqual(calls(), 200)
      })
  )
)

it.effect("what is said of one account is not held against the host", () =>
  Effect.gen(function* () {
    const bodies = (body: string) => Effect.sync(() => new Response(body, { headers: { "x-should-retry": "false" } }))
    const scripts: ReadonlyArray<Script> = [
      ...[400, 401, 403, 404, 408, 409, 410, 422, 501].map((code) => () => status(code, { "x-should-retry": "false" })),
      () => status(429, { "x-should-retry": "false" }),
      () => bodies("<html>"),
      () => bodies("x".repeat(300_000)),
      () => status(302, { location: "/", "x-should-retry": "false" })
    ]
    for (const script of scripts) {
      yield* against(script, (calls) =>
        Effect.gen(function* () {
          for (let call = 0; call < 60; call += 1) yield* asks
          assert.isAtLeast(calls(), 60)
        })
      )
    }
  })
)

it.effect("a clock that is set closes no circuit too early, and keeps none open for too long", () => {
  let well = false
  const jumping = (jump: number) =>
    Clock.clockWith((clock) =>
      Effect.succeed<Clock.Clock>({
        ...clock,
        sleep: (duration) => clock.sleep(duration),
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + jump,
        currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + jump)
      })
    )
  return against(
    (_, account) => (well ? ok(account) : status(500, { "x-should-retry": "false" })),
    () =>
      Effect.gen(function* () {
        for (let call = 0; call < 20; call += 1) yield* asks
        well = true
        const later = yield* jumping(86_400_000)
        assert.strictEqual(yield* Effect.provideService(asks, Clock.Clock, later), "ours")
        yield* TestClock.adjust("1 second")
        const earlier = yield* jumping(-86_400_000)
        assert.strictEqual(yield* Effect.provideService(asks, Clock.Clock, earlier), "token")
      })
  )
})

it.effect("while one call probes, the others are held back; a probe that is given up frees its place", () => {
  let call = 0
  return against(
    (_, account) => {
      call += 1
      if (call <= 20) return status(500, { "x-should-retry": "false" })
      return call === 21 ? Effect.never : ok(account)
    },
    (calls) =>
      Effect.gen(function* () {
        for (let count = 0; count < 20; count += 1) yield* asks
        yield* TestClock.adjust("1 second")
        const probe = yield* Effect.forkChild(asks)
        yield* Effect.yieldNow
        assert.strictEqual(calls(), 21)
        const held = yield* refusal
        assert.deepStrictEqual([held.verdict, held.retryAfter], ["ours", Duration.seconds(1)])
        yield* Fiber.interrupt(probe)
        assert.strictEqual(yield* asks, "token")
      })
  )
})

it.effect("an upstream that is down for a minute sees a trickle, and is found again when it is back", () => {
  const { calls, layer } = scripted((_, account) => (down ? status(503) : ok(account)))
  let down = true
  return Effect.gen(function* () {
    let asked = 0
    for (let tenth = 0; tenth < 600; tenth += 1) {
      for (let count = 0; count < 10; count += 1) yield* Effect.forkChild(asks)
      asked += 10
      yield* TestClock.adjust("100 millis")
      if (tenth === 99) assert.isBelow(calls(), 40)
    }
    assert.strictEqual(asked, 6000)
    // Twenty to open, and hardly more than one probe every ten seconds after that.
    assert.isBelow(calls(), 60)
    down = false
    yield* TestClock.adjust("10 seconds")
    for (let count = 0; count < 100; count += 1) assert.strictEqual(yield* asks, "token")
  }).pipe(Effect.provide(layer), Random.withSeed("trickle"), quietly)
})
