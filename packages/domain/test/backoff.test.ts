import { assert, it } from "@effect/vitest"
import { Array, Duration, Effect } from "effect"
import { waitAfter } from "@vendodev/domain/backoff"

const patience = { base: Duration.seconds(5), most: Duration.hours(1) }

const longest = Effect.fnUntraced(function* (failures: number, retryAfter?: Duration.Duration) {
  const waits = yield* Effect.forEach(Array.range(1, 500), () => waitAfter(failures, patience, { retryAfter }))
  const seconds = waits.map(Duration.toSeconds)
  return { least: Math.min(...seconds), most: Math.max(...seconds) }
})

it.effect("the wait doubles from one failure to the next, up to the longest there is, and no two need be alike", () =>
  Effect.gen(function* () {
    for (const [failures, whole] of [
      [1, 5],
      [2, 10],
      [5, 80],
      [10, 2_560],
      [11, 3_600],
      [10_000, 3_600],
      [0, 5]
    ] as const) {
      const { least, most } = yield* longest(failures)
      assert.isAtMost(most, whole)
      assert.isAbove(most, whole * 0.95)
      assert.isAtLeast(least, 0)
      assert.isBelow(least, whole * 0.05)
    }
  })
)

it.effect("nobody is back earlier than was asked for", () =>
  Effect.gen(function* () {
    const { least, most } = yield* longest(1, Duration.minutes(5))
    assert.isAtLeast(least, 300)
    assert.isAtMost(most, 305)
  })
)
