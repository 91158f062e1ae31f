import { Schema } from "effect"
import { ConnectionId, DisplayName, EndUser, IntegrationSlug } from "./Ids.ts"
import { Profile } from "./Profile.ts"

/**
 * Where a connection stands. `active` and `error` vend (an error is the
 * upstream's, and may have passed); `revoked` is final and has no ciphertext.
 */
export const ConnectionStatus = Schema.Literals(["pending", "active", "needs_reauth", "error", "revoked"])
export type ConnectionStatus = typeof ConnectionStatus.Type

/** Why no fresh token could be had: what who asked was answered. */
export const ConnectionFailure = Schema.Struct({ code: Schema.String, detail: Schema.String }).annotate({
  identifier: "ConnectionFailure"
})
export type ConnectionFailure = typeof ConnectionFailure.Type

/** One tenant's credential for one integration. The credential itself is never part of it. */
export const Connection = Schema.Struct({
  id: ConnectionId,
  /** Of the integration. */
  slug: IntegrationSlug,
  name: DisplayName,
  /** The end user it belongs to; null for the tenant's own. */
  user: Schema.NullOr(EndUser),
  profile: Profile,
  status: ConnectionStatus,
  exclusive: Schema.Boolean,
  /** What is known of the account, such as a bot's id or `composio_account_id`. No secret. */
  metadata: Schema.Record(Schema.String, Schema.Json),
  /** While it lasts: null again once a token was had. */
  failure: Schema.NullOr(ConnectionFailure),
  created_at: Schema.DateTimeUtcFromString,
  revoked_at: Schema.NullOr(Schema.DateTimeUtcFromString)
}).annotate({ identifier: "Connection" })
export type Connection = typeof Connection.Type
