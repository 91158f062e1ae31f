/** Looking until it is so, at something that takes a person or another program its time. */
import { Clock, Effect, Option, Schema } from "effect"
import { BrokerError, rowOf } from "@vendodev/domain/BrokerError"

const interval = "2 seconds"

const isBrokerError = Schema.is(BrokerError)
const statuses = new Map<string, number>(BrokerError.members.map((row) => [rowOf(row).code, rowOf(row).status]))

/** What the service itself says no to stays so; everything else may pass. */
const isFinal = (error: unknown) => isBrokerError(error) && (statuses.get(error._tag) ?? 500) < 500

/** What was seen, none where nobody answered, with the seconds that went by. Fails with what stays so. */
export const looking = Effect.fn("looking")(function* <A, E, R, E2, R2>(
  look: Effect.Effect<A, E, R>,
  isOver: (seen: Option.Option<A>, seconds: number) => Effect.Effect<boolean, E2, R2>
) {
  const started = yield* Clock.currentTimeMillis
  while (true) {
    yield* Effect.sleep(interval)
    const seen = yield* Effect.catchIf(
      Effect.asSome(look),
      (error) => !isFinal(error),
      () => Effect.succeedNone
    )
    const seconds = Math.round(((yield* Clock.currentTimeMillis) - started) / 1000)
    const over = yield* isOver(seen, seconds)
    if (over && Option.isSome(seen)) return seen.value
  }
})

export const unanswered = (seconds: number): string => `the service does not answer; still waiting (${seconds} s)`
