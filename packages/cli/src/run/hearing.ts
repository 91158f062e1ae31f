/** Being told at once that there is something to ask for. Only a hurry-up: what was not heard is asked for anyway. */
import { Duration, Effect, Random, Result } from "effect"
import { Pace } from "./Pace.ts"
import { waitAfter } from "./patience.ts"
import { Service } from "./Service.ts"

/** Runs `heard` at every event, and when it begins to listen anew. */
export const hearing = Effect.fnUntraced(function* (heard: Effect.Effect<unknown>) {
  const { listen } = yield* Service
  const pace = yield* Pace
  let nth = 0
  while (true) {
    const [lasted, result] = yield* Effect.timed(Effect.result(listen(heard)))
    // Who lets us in and closes the door at once is no better than who does not open.
    nth = Duration.isGreaterThan(lasted, Duration.fromInputUnsafe(pace.longestWait)) ? 1 : nth + 1
    const problem = Result.isFailure(result) ? result.failure : undefined
    yield* Effect.sleep(
      problem === undefined || problem.refusal === null
        ? waitAfter(nth, yield* Random.next, pace, problem?.retryAfter)
        : pace.refused
    )
  }
})
