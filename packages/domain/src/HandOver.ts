/** A connection on its way from one app to another, with never two consumers at once. */
import { Schema } from "effect"
import { AppId, ConnectionId, IntegrationSlug, Uuid } from "./Ids.ts"

export const HandOverId = Uuid.pipe(Schema.brand("HandOverId"))
export type HandOverId = typeof HandOverId.Type

/** `draining`: the run that uses it is told to pause, and has not said yet that it did. */
export const HandOverState = Schema.Literals(["draining", "moved", "cancelled"])
export type HandOverState = typeof HandOverState.Type

export const HandOver = Schema.Struct({
  id: HandOverId,
  /** Of the integration. */
  slug: IntegrationSlug,
  connection_id: ConnectionId,
  from: AppId,
  to: AppId,
  state: HandOverState,
  /** Why it is so, in words: that the old consumer may still be using it, too. */
  reason: Schema.String,
  created_at: Schema.DateTimeUtcFromString,
  ended_at: Schema.NullOr(Schema.DateTimeUtcFromString)
}).annotate({ identifier: "HandOver" })
export type HandOver = typeof HandOver.Type
