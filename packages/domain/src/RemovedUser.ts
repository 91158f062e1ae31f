import { Schema } from "effect"
import { ConnectionId, EndUser } from "./Ids.ts"

/** An end user whose connections are revoked, and whose user tokens issued until then are refused. */
export const RemovedUser = Schema.Struct({
  user: EndUser,
  removed_at: Schema.DateTimeUtcFromString,
  /** What was revoked just now; those revoked before are not named again. */
  revoked: Schema.Array(ConnectionId)
}).annotate({ identifier: "RemovedUser" })
export type RemovedUser = typeof RemovedUser.Type
