import { Schema } from "effect"
import { AppId, ConnectionId, IntegrationSlug } from "./Ids.ts"

/** The row that lets one app use one connection for one integration. */
export const Binding = Schema.Struct({
  app_id: AppId,
  slug: IntegrationSlug,
  connection_id: ConnectionId,
  created_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "Binding" })
export type Binding = typeof Binding.Type
