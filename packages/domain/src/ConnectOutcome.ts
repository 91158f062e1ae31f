import { Schema } from "effect"
import { ConnectionId, ConnectSessionId, IntegrationSlug } from "./Ids.ts"

/**
 * Where a connect session stands. `open`: nobody has come yet; `visited`: somebody is at it. A session that is `over`
 * came to nothing.
 */
export const ConnectOutcome = Schema.Struct({
  id: ConnectSessionId,
  slug: IntegrationSlug,
  status: Schema.Literals(["open", "visited", "connected", "cancelled", "over"]),
  /** Of `connected`, and of no other. */
  connection_id: Schema.NullOr(ConnectionId),
  /** Why the last attempt failed, as the page shows it; null if none did. */
  failure: Schema.NullOr(Schema.String)
}).annotate({ identifier: "ConnectOutcome" })
export type ConnectOutcome = typeof ConnectOutcome.Type
