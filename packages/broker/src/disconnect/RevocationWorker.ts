/**
 * Tells upstreams what is queued for them, in every process of the service. At
 * least once, and not more often than it takes: who tells one claims it first,
 * and who dies over it is followed by another when the claim has run out.
 */
import { Cause, Duration, Effect, Exit, Fiber, Layer, Metric, Option, Queue } from "effect"
import { waitAfter } from "@vendodev/domain/backoff"
import { Wakeups } from "../events/Wakeups.ts"
import { type Claim, RevocationClaims } from "./RevocationClaims.ts"
import { failed, interrupted, makeTelling, type Outcome, tooSlow } from "./telling.ts"

/** At once, so that an upstream that does not answer keeps no other waiting. */
const lanes = 4

/** Both steps at Composio with their retries, and well within a claim. */
const patience = Duration.seconds(40)

const backoff = { base: Duration.seconds(5), most: Duration.hours(1) }

/** The longest nap: of what others queued or left behind there may be no word. */
const nap = Duration.seconds(60)
/** What is due but being claimed by others is not asked for in a circle. */
const blink = Duration.seconds(1)

const settlements = Metric.counter("vendo.revocations", {
  description: "Attempts to tell an upstream that a connection ended, by what they came to",
  incremental: true
})

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const claims = yield* RevocationClaims
    const wakeups = yield* Wakeups
    const tell = yield* makeTelling

    const settle = Effect.fnUntraced(function* (claim: Claim, { code, outcome, retryAfter }: Outcome) {
      const wait = Option.contains(code, "interrupted")
        ? Duration.zero
        : yield* waitAfter(claim.attempt, backoff, { retryAfter: Option.getOrUndefined(retryAfter) })
      const state = yield* Effect.option(claims.settle(claim, { outcome, code, wait }))
      const became = Option.getOrElse(Option.flatten(state), () => "lost" as const)
      yield* Metric.update(Metric.withAttributes(settlements, { outcome: became }), 1)
      if (became === "given_up") {
        const { integration, revocation, tenant } = claim
        yield* Effect.logWarning("an upstream could not be told that a connection ended; it must be ended there").pipe(
          Effect.annotateLogs({ tenant, revocation, integration })
        )
      }
    })

    const told = (claim: Claim) =>
      Effect.timeoutOrElse(tell(claim), { duration: patience, orElse: () => Effect.succeed(tooSlow) })

    const outcomeOf = (exit: Exit.Exit<Outcome>) => {
      if (Exit.isSuccess(exit)) return Effect.succeed(exit.value)
      if (Cause.hasInterruptsOnly(exit.cause)) return Effect.succeed(interrupted)
      return Effect.as(Effect.logError("telling an upstream that a connection ended went wrong", exit.cause), failed)
    }

    /**
     * Whatever happens to it, the claim is settled: one row that fails by itself keeps no other from its turn, and one
     * that was interrupted is somebody else's at once. By a fiber of its own, for in this one nothing could time out.
     */
    const attempt = (claim: Claim) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.exit(restore(told(claim))).pipe(
          Effect.flatMap(outcomeOf),
          Effect.flatMap((outcome) => Effect.forkDetach(settle(claim, outcome))),
          Effect.flatMap(Fiber.join)
        )
      )

    const lane = Effect.gen(function* () {
      // Before the first question, so that nothing falls between the two.
      const word = yield* wakeups.revocations
      const rest = (nextIn: Option.Option<Duration.Duration>) => {
        const due = Duration.max(
          Option.getOrElse(nextIn, () => nap),
          blink
        )
        return Effect.timeoutOption(Queue.take(word), Duration.min(due, nap))
      }
      const turn = Effect.flatMap(claims.take, (taken) =>
        "claim" in taken ? attempt(taken.claim) : rest(taken.nextIn)
      )
      return yield* Effect.forever(
        Effect.catchCause(turn, (cause) =>
          Cause.hasInterruptsOnly(cause)
            ? Effect.interrupt
            : Effect.andThen(Effect.logWarning("revocations can not be worked on", cause), rest(Option.none()))
        )
      )
    })

    yield* Effect.forEach(Array.from({ length: lanes }), () => Effect.forkScoped(Effect.scoped(lane)), {
      discard: true
    })
  })
)
