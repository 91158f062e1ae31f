/** What was obtained for a visit, or was to come back to it, is forgotten once nobody can come back. */
import { Cause, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const forget = sql`SELECT gate.forget_visits()`.pipe(
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.logWarning("visits can not be forgotten", cause)
      )
    )
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 minute"), forget)))
  })
)
