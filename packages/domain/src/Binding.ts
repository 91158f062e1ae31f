import { Schema } from "effect"
import { AppId, ConnectionId, EndUser, IntegrationSlug } from "./Ids.ts"

/** The row that lets one app use one connection for one integration. */
export const Binding = Schema.Struct({
  app_id: AppId,
  slug: IntegrationSlug,
  connection_id: ConnectionId,
  /** Whose requests it is for: those made in the name of that end user, or the app's own when null. */
  user: Schema.NullOr(EndUser),
  created_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "Binding" })
export type Binding = typeof Binding.Type
