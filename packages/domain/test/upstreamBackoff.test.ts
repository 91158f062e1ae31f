import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Random, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { type FailedAttempt, upstreamBackoff } from "@vendodev/domain/upstreamBackoff"

const drawing = (random: number) =>
  Effect.provideService(Random.Random, { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => random })

/** When each attempt began, in milliseconds, where each takes its time and then fails. */
const attemptsOf = (failure: FailedAttempt, takes: Duration.Input, random: number) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const begun: Array<number> = []
    const attempt = Effect.gen(function* () {
      begun.push((yield* Clock.currentTimeMillis) - start)
      yield* Effect.sleep(takes)
      return yield* Effect.fail(failure)
    })
    const fiber = yield* Effect.forkChild(Effect.retry(attempt, upstreamBackoff).pipe(drawing(random)))
    yield* TestClock.adjust("1 minute")
    assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)))
    return begun
  })

const seconds = (value: number): FailedAttempt => ({ retryAfter: Duration.seconds(value) })

it.effect("there are three attempts, after waits that double", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* attemptsOf({}, 0, 1), [0, 100, 300])
    assert.deepStrictEqual(yield* attemptsOf({ retryAfter: undefined }, "1 second", 1), [0, 1100, 2300])
  })
)

it.effect("a wait may be anything from nothing to the whole", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* attemptsOf({}, 0, 0.5), [0, 50, 150])
    assert.deepStrictEqual(yield* attemptsOf({}, 0, 0), [0, 0, 0])
  })
)

it.effect("nobody comes back before the time that was asked for", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* attemptsOf(seconds(3), 0, 0), [0, 3000, 6000])
    assert.deepStrictEqual(yield* attemptsOf(seconds(3), 0, 1), [0, 3100, 6300])
  })
)

it.effect("a wait that would leave no time is not begun", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* attemptsOf(seconds(600), 0, 0), [0])
    assert.deepStrictEqual(yield* attemptsOf(seconds(10), 0, 0), [0])
    assert.deepStrictEqual(yield* attemptsOf(seconds(9.95), 0, 0), [0, 9950])
    assert.deepStrictEqual(yield* attemptsOf(seconds(9.95), 0, 0.5), [0])
    assert.deepStrictEqual(yield* attemptsOf(seconds(6), 0, 0), [0, 6000])
  })
)

it.effect("the time the attempts take counts, the first one's too", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* attemptsOf(seconds(6), "5 seconds", 0), [0])
    assert.deepStrictEqual(yield* attemptsOf(seconds(4), "5 seconds", 0), [0, 9000])
    assert.deepStrictEqual(yield* attemptsOf({}, "5 seconds", 0.5), [0, 5050])
    assert.deepStrictEqual(yield* attemptsOf({}, "5 seconds", 0), [0, 5000])
    assert.deepStrictEqual(yield* attemptsOf({}, "11 seconds", 0), [0])
  })
)

it.effect("a clock that is set amid the attempts neither shortens nor prolongs them", () =>
  Effect.gen(function* () {
    for (const jump of [-86_400_000, 86_400_000]) {
      const step = yield* Schedule.toStep(upstreamBackoff)
      assert.deepStrictEqual((yield* step(0, seconds(9)).pipe(drawing(0)))[1], Duration.seconds(9))
      assert.deepStrictEqual((yield* step(jump, seconds(9)).pipe(drawing(0)))[1], Duration.seconds(9))
    }
  })
)
