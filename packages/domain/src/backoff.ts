/** How patiently something that failed is tried again. Who promises how often says so. */
import { Cause, Clock, Duration, Effect, Random, Schedule } from "effect"

/** What is to be known of an attempt that failed. */
export interface FailedAttempt {
  /** The least the other side asked us to wait. */
  readonly retryAfter?: Duration.Duration | undefined
}

export interface Patience {
  /** How many attempts follow the first. */
  readonly times: number
  /** The longest wait before the first of them; it doubles from one to the next. */
  readonly base: Duration.Duration
  /** Everything counts into it: the attempts, the waits between them, and the first attempt too. */
  readonly deadline: Duration.Duration
}

/** Anything from nothing to the whole: who failed together does not return together. */
const jittered = (whole: Duration.Duration) => Effect.map(Random.next, (random) => Duration.times(whole, random))

/** Waits that double, each of them jittered. */
const fullJitter = (base: Duration.Duration) =>
  Schedule.modifyDelay(Schedule.exponential(base, 2), ({ duration }) => jittered(duration))

/** The jitter comes on top of what was asked for, so that nobody is early. */
const notBefore = (base: Duration.Duration) =>
  Schedule.modifyDelay(fullJitter(base).pipe(Schedule.setInputType<FailedAttempt>()), ({ duration, input }) =>
    Effect.succeed(Duration.sum(duration, input.retryAfter ?? Duration.zero))
  )

/** Gives up at once when the wait would leave no time. Age is taken from the clock that can not be set. */
const within = <Output, Input, Error, Env>(
  self: Schedule.Schedule<Output, Input, Error, Env>,
  deadline: Duration.Duration
) =>
  Schedule.fromStep(
    Effect.gen(function* () {
      const started = yield* Clock.monotonicTimeNanos
      const step = yield* Schedule.toStep(self)
      return (now: number, input: Input) =>
        Effect.gen(function* () {
          const [output, delay] = yield* step(now, input)
          const elapsed = Duration.nanos((yield* Clock.monotonicTimeNanos) - started)
          const begins = Duration.sum(elapsed, delay)
          if (Duration.isGreaterThanOrEqualTo(begins, deadline)) return yield* Cause.done(output)
          const next: [Output, Duration.Duration] = [output, delay]
          return next
        })
    })
  )

export const backoff = ({ base, deadline, times }: Patience): Schedule.Schedule<unknown, FailedAttempt> =>
  within(Schedule.upTo(notBefore(base), { times }), deadline)

/** For attempts that are counted in a row of the database, and not in a schedule under way. */
export interface LongPatience {
  /** The longest wait after the first failure; it doubles from one to the next. */
  readonly base: Duration.Duration
  /** Which no wait exceeds, but for what was asked of us. */
  readonly most: Duration.Duration
}

/** The wait after so many failures, jittered. What the other side asked for comes on top, so that nobody is early. */
export const waitAfter = (
  failures: number,
  { base, most }: LongPatience,
  { retryAfter = Duration.zero }: FailedAttempt = {}
): Effect.Effect<Duration.Duration> => {
  // Beyond that the longest wait was reached long ago, and the number would no longer be one.
  const whole = Duration.times(base, 2 ** Math.min(Math.max(failures, 1) - 1, 30))
  return Effect.map(jittered(Duration.min(whole, most)), (wait) => Duration.sum(wait, retryAfter))
}
