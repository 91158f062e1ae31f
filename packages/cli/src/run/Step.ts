/** What happened, applied to what is known when its turn comes: one after the other, whoever says so. */
import { Effect } from "effect"
import type { State } from "./State.ts"

export type Step = (state: State) => Effect.Effect<State>

/** One that changes what is known and does nothing. */
export const learn =
  (change: (state: State) => State): Step =>
  (state) =>
    Effect.succeed(change(state))

/** Takes a step to where they are taken in turn. */
export type Happens = (step: Step) => Effect.Effect<unknown>
