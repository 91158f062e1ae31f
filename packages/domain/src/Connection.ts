import { Schema } from "effect"
import { ConnectionId, DisplayName, IntegrationSlug } from "./Ids.ts"
import { Profile } from "./Profile.ts"

/**
 * Where a connection stands. `active` and `error` vend (an error is the
 * upstream's, and may have passed); `revoked` is final and has no ciphertext.
 */
export const ConnectionStatus = Schema.Literals(["pending", "active", "needs_reauth", "error", "revoked"])
export type ConnectionStatus = typeof ConnectionStatus.Type

/** One tenant's credential for one integration. The credential itself is never part of it. */
export const Connection = Schema.Struct({
  id: ConnectionId,
  /** Of the integration. */
  slug: IntegrationSlug,
  name: DisplayName,
  profile: Profile,
  status: ConnectionStatus,
  exclusive: Schema.Boolean,
  /** What was found out about the account, such as a bot's id. No secret. */
  metadata: Schema.Record(Schema.String, Schema.Json),
  created_at: Schema.DateTimeUtcFromString,
  revoked_at: Schema.NullOr(Schema.DateTimeUtcFromString)
}).annotate({ identifier: "Connection" })
export type Connection = typeof Connection.Type
