import { Effect } from "effect"
import { SqlError } from "effect/sql"
import { sqlFields } from "./orUnavailable.ts"

/** Answers the violation of one named constraint, which is how the database refuses; everything else passes by. */
export const violates =
  <B, E2, R2>(constraint: string, answer: () => Effect.Effect<B, E2, R2>) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A | B, E | E2, R | R2> =>
    Effect.catch(self, (error): Effect.Effect<B, E | E2, R2> =>
      SqlError.isSqlError(error) && sqlFields(error).constraint === constraint ? answer() : Effect.fail(error)
    )
