/** How often, and how patiently, an upstream that failed is asked again. The one policy for it. */
import { Cause, Clock, Duration, Effect, Random, Schedule } from "effect"

/** What is to be known of an attempt that failed. */
export interface FailedAttempt {
  /** The least the upstream asked us to wait. */
  readonly retryAfter?: Duration.Duration | undefined
}

/** Everything counts into it: the attempts, the waits between them, and the first attempt too. */
export const upstreamDeadline = Duration.seconds(10)

const attempts = 3

/**
 * Waits that double, each of them anything from nothing to the whole: who failed together does not return together.
 * They need no bound of their own: there are two of them.
 */
const fullJitter = Schedule.modifyDelay(Schedule.exponential("100 millis", 2), ({ duration }) =>
  Effect.map(Random.next, (random) => Duration.times(duration, random))
)

/** The jitter comes on top of what was asked for, so that nobody is early. */
const notBefore = Schedule.modifyDelay(fullJitter.pipe(Schedule.setInputType<FailedAttempt>()), ({ duration, input }) =>
  Effect.succeed(Duration.sum(duration, input.retryAfter ?? Duration.zero))
)

/** Gives up at once when the wait would leave no time. Age is taken from the clock that can not be set. */
const withinDeadline = <Output, Input, Error, Env>(self: Schedule.Schedule<Output, Input, Error, Env>) =>
  Schedule.fromStep(
    Effect.gen(function* () {
      const started = yield* Clock.monotonicTimeNanos
      const step = yield* Schedule.toStep(self)
      return (now: number, input: Input) =>
        Effect.gen(function* () {
          const [output, delay] = yield* step(now, input)
          const elapsed = Duration.nanos((yield* Clock.monotonicTimeNanos) - started)
          const begins = Duration.sum(elapsed, delay)
          if (Duration.isGreaterThanOrEqualTo(begins, upstreamDeadline)) return yield* Cause.done(output)
          const next: [Output, Duration.Duration] = [output, delay]
          return next
        })
    })
  )

export const upstreamBackoff: Schedule.Schedule<unknown, FailedAttempt> = withinDeadline(
  Schedule.upTo(notBefore, { times: attempts - 1 })
)
