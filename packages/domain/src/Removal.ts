/** What removing a connection does, to be read before it is done; and what it did. */
import { Schema } from "effect"
import { Connection } from "./Connection.ts"
import { DeploymentStatus } from "./Deployment.ts"
import { AppId, DisplayName, EndUser, EnvVarName, Slug } from "./Ids.ts"

/** An app that uses the connection, and will not any more. */
export const LosingApp = Schema.Struct({
  app_id: AppId,
  slug: Slug,
  name: DisplayName,
  /** For which end user it uses it; null for the tenant's own. */
  user: Schema.NullOr(EndUser),
  /** Null for an app that was not installed from a manifest. */
  status: Schema.NullOr(DeploymentStatus),
  /** The variables it is started with that go away. */
  variables: Schema.Array(EnvVarName),
  /** It is the one consumer of the credential. */
  exclusive: Schema.Boolean
})
export type LosingApp = typeof LosingApp.Type

/** What becomes of the credential where it came from. `revoked`: it is told so, again for up to 72 hours. */
export const UpstreamEnd = Schema.Struct({
  outcome: Schema.Literals(["revoked", "not_possible", "nothing_to_revoke"]),
  /** One sentence for people. */
  detail: Schema.String
})
export type UpstreamEnd = typeof UpstreamEnd.Type

export const Removal = Schema.Struct({
  /** As it is; after a removal, as it was left. */
  connection: Connection,
  deployments: Schema.Array(LosingApp),
  /** Hints of the keys locked to it, which are revoked. */
  keys: Schema.Array(Schema.String),
  /** When its credential was last handed out. Null: not within what was searched of the audit log. */
  last_used_at: Schema.NullOr(Schema.DateTimeUtcFromString),
  /** How far back the log was searched in vain; null where it was searched to its beginning, or a use was found. */
  not_used_since: Schema.NullOr(Schema.DateTimeUtcFromString),
  upstream: UpstreamEnd
}).annotate({ identifier: "Removal" })
export type Removal = typeof Removal.Type
