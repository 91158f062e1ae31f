/** Asking again, for as long as it takes. */
import { Duration, Effect, Random, Result } from "effect"
import { Pace } from "./Pace.ts"
import type { Problem } from "./Problem.ts"

/**
 * Anything from nothing to a time that doubles, so that who failed together does not return together; on top of what was
 * asked for, so that nobody is early. `nth` counts from 1, `random` is from 0 to 1.
 */
export const waitAfter = (
  nth: number,
  random: number,
  { firstWait, longestWait }: Pick<Pace, "firstWait" | "longestWait">,
  retryAfter: Duration.Duration = Duration.zero
): Duration.Duration => {
  const doubled = Duration.min(
    Duration.times(Duration.fromInputUnsafe(firstWait), 2 ** Math.min(nth - 1, 16)),
    Duration.fromInputUnsafe(longestWait)
  )
  return Duration.sum(Duration.times(doubled, random), retryAfter)
}

/** An attempt that failed. */
export interface Lost {
  /** Which one in a row. */
  readonly nth: number
  readonly problem: Problem
  /** Why the one before failed. */
  readonly previous: Problem | undefined
  /** Until the next. */
  readonly wait: Duration.Duration
}

export interface Patience {
  /** Whether to give up at a refusal. */
  readonly givesUp: () => boolean
  /** Told before each wait. */
  readonly lost: (lost: Lost) => Effect.Effect<void>
  /** Told when it succeeds after all. */
  readonly found: Effect.Effect<void>
  /** Comes to an end when a wait is to be cut short. */
  readonly hurry: Effect.Effect<void>
}

/** Runs it until it succeeds. Fails with a refusal, if that is to be the end of it. */
export const patiently = Effect.fnUntraced(function* <A, R>(
  attempt: Effect.Effect<A, Problem, R>,
  { found, givesUp, hurry, lost }: Patience
) {
  const pace = yield* Pace
  let previous: Problem | undefined
  for (let nth = 1; ; nth++) {
    const result = yield* Effect.result(attempt)
    if (Result.isSuccess(result)) {
      if (previous !== undefined) yield* found
      return result.success
    }
    const problem = result.failure
    if (problem.refusal !== null && givesUp()) return yield* problem
    const wait =
      problem.refusal === null
        ? waitAfter(nth, yield* Random.next, pace, problem.retryAfter)
        : Duration.fromInputUnsafe(pace.refused)
    yield* lost({ nth, problem, previous, wait })
    previous = problem
    yield* Effect.raceFirst(Effect.sleep(wait), hurry)
  }
})
