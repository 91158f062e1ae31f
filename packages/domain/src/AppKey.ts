import { Schema } from "effect"
import { AppId, ConnectionId, KeyId } from "./Ids.ts"

/** A `vendo_sk_` key as it is shown after it was minted: by its hint. Exactly one of the scopes is set. */
export const AppKey = Schema.Struct({
  id: KeyId,
  hint: Schema.String,
  app_id: Schema.NullOr(AppId),
  connection_id: Schema.NullOr(ConnectionId),
  created_at: Schema.DateTimeUtcFromString,
  expires_at: Schema.NullOr(Schema.DateTimeUtcFromString),
  revoked_at: Schema.NullOr(Schema.DateTimeUtcFromString)
}).annotate({ identifier: "AppKey" })
export type AppKey = typeof AppKey.Type
