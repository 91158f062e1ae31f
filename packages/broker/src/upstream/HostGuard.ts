/**
 * What stands between us and a host that does not feel well: a bound on calls under way, retries that must be earned,
 * and a circuit breaker. One for each host, shared by all its accounts.
 */
import { Clock, Data, Duration, Effect, Exit, Option, Ref, Schedule, Semaphore } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { upstreamBackoff, upstreamDeadline } from "@vendodev/domain/upstreamBackoff"
import type { FailedAttempt } from "./FailedAttempt.ts"

const callsUnderWay = 64
const attemptTimeout = Duration.seconds(5)

/** Retries live on what successes bring in: with nothing but failures they soon cease. */
const budget = { most: 500, earned: 1, cost: { cheap: 5, dear: 10 } } as const

/** Nothing was sent: the host is left alone, or there was no place in time. */
export class NotTried extends Data.TaggedError("NotTried")<{
  readonly why: "resting" | "crowded"
  readonly retryAfter: Duration.Duration
}> {}

/**
 * The last twenty outcomes are what counts, however old: ten failures among them open the circuit. It opens for a
 * second, then two, four and up to ten while the host stays unwell. One call is the probe; its success closes it.
 */
const breakerOptions = {
  tripPolicy: CircuitBreaker.rate({ threshold: 0.5, minimumCalls: 20, size: 20 }),
  openDuration: Schedule.min([Schedule.exponential("1 second", 2), Schedule.spaced("10 seconds")])
}

const second = Duration.seconds(1)

const outcomes = { well: CircuitBreaker.success, unwell: CircuitBreaker.failure(), unclear: CircuitBreaker.ignored }

const classify = <A>(exit: Exit.Exit<A, FailedAttempt>) =>
  Exit.isSuccess(exit)
    ? CircuitBreaker.success
    : Option.match(Exit.findErrorOption(exit), { onNone: CircuitBreaker.failure, onSome: ({ host }) => outcomes[host] })

/** The breaker keeps its times by the clock on the wall. Nobody sets this one: an open circuit closes when it should. */
const steady = (clock: Clock.Clock): Clock.Clock => {
  const nanos = () => clock.monotonicTimeNanosUnsafe()
  const millis = () => Number(nanos() / 1_000_000n)
  return {
    sleep: (duration) => clock.sleep(duration),
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: clock.monotonicTimeNanos,
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: clock.monotonicTimeNanos
  }
}

/** Needs a scope and the breaker's store. `host` is its key there. */
export const make = Effect.fnUntraced(function* (host: string) {
  const breaker = yield* CircuitBreaker.make(breakerOptions)
  const places = yield* Semaphore.make(callsUnderWay)
  const credit = yield* Ref.make<number>(budget.most)

  const earn = Ref.update(credit, (left) => Math.min(budget.most, left + budget.earned))
  const spend = (cost: number) => Ref.modify(credit, (left) => (left < cost ? [false, left] : [true, left - cost]))

  const throughBreaker = <A>(attempt: Effect.Effect<A, FailedAttempt>) =>
    Clock.clockWith((clock) =>
      Effect.provideService(attempt, Clock.Clock, clock).pipe(
        breaker.execute({ key: host, classify }),
        Effect.provideService(Clock.Clock, steady(clock)),
        Effect.catchTag("CircuitBreakerError", ({ reason }) =>
          Effect.fail(
            new NotTried({ why: "resting", retryAfter: reason._tag === "CircuitOpen" ? reason.retryAfter : second })
          )
        )
      )
    )

  const inPlace = <A>(attempt: (timeout: Duration.Duration) => Effect.Effect<A, FailedAttempt>, started: bigint) =>
    Effect.gen(function* () {
      const left = Effect.map(Clock.monotonicTimeNanos, (now) =>
        Duration.subtract(upstreamDeadline, Duration.nanos(now - started))
      )
      const place = yield* Effect.timeoutOption(places.takeScoped(1), yield* left)
      if (Option.isNone(place)) return yield* new NotTried({ why: "crowded", retryAfter: second })
      const timeout = Duration.min(attemptTimeout, yield* left)
      return yield* throughBreaker(attempt(timeout)).pipe(
        Effect.tap(earn),
        Effect.tapErrorTag("FailedAttempt", ({ host }) => (host === "well" ? earn : Effect.void))
      )
    }).pipe(Effect.scoped)

  const policy = upstreamBackoff.pipe(
    Schedule.setInputType<FailedAttempt | NotTried>(),
    Schedule.while(({ input }) =>
      input._tag === "NotTried" || input.again === "never" ? Effect.succeed(false) : spend(budget.cost[input.again])
    )
  )

  /** Tries, and tries again where that can help; ends within the deadline of all upstreams. */
  const run = <A>(attempt: (timeout: Duration.Duration) => Effect.Effect<A, FailedAttempt>) =>
    Effect.gen(function* () {
      const started = yield* Clock.monotonicTimeNanos
      const last = yield* Ref.make(Option.none<FailedAttempt>())
      return yield* inPlace(attempt, started).pipe(
        Effect.tapErrorTag("FailedAttempt", (failed) => Ref.set(last, Option.some(failed))),
        Effect.retry(policy),
        // That there was no further attempt is not what went wrong.
        Effect.catchTag("NotTried", (notTried) =>
          Effect.flatMap(Ref.get(last), (failed): Effect.Effect<never, FailedAttempt | NotTried> =>
            Effect.fail(Option.getOrElse(failed, () => notTried))
          )
        )
      )
    })

  return { run }
})
