import { Schema, SchemaTransformation } from "effect"
import { EnvBootstrap } from "./EnvBootstrap.ts"
import { ConnectionId, IntegrationSlug } from "./Ids.ts"
import { Profile } from "./Profile.ts"

const Secret = Schema.RedactedFromValue(Schema.String)

const Facts = Schema.Record(Schema.String, Schema.Json)

const Metadata = Schema.Struct({
  known: Facts,
  /** By the variable that takes it. */
  credential: Schema.optionalKey(Schema.Record(Schema.String, Secret))
})

const Variables = Schema.Record(Schema.String, Schema.String)
const isVariables = Schema.is(Variables)

/** On the wire one object. Here the credential stands apart, in its wrapper up to the encoder. */
const WireMetadata = Facts.annotate({
  description: "What is known of the account; `credential` holds the credential by the variable that takes it."
}).pipe(
  Schema.decodeTo(
    Metadata,
    SchemaTransformation.transform({
      decode: ({ credential, ...known }): typeof Metadata.Encoded =>
        isVariables(credential) ? { known, credential } : { known },
      encode: ({ credential, known }): typeof Facts.Type =>
        credential === undefined ? known : { ...known, credential: { ...credential } }
    })
  )
)

/** Where an integration stands for one app. `available` is what is not connected yet. */
export const BoundStatus = Schema.Literals(["connected", "available", "needs_reauth", "error"])
export type BoundStatus = typeof BoundStatus.Type

/** One integration of the catalog as an app sees it: the connection it is bound to, or where one is made. */
export const BoundConnection = Schema.Struct({
  id: Schema.NullOr(ConnectionId),
  external_id: Schema.NullOr(Schema.String),
  slug: IntegrationSlug,
  display_name: Schema.String,
  category: Schema.String,
  profile: Profile,
  status: BoundStatus,
  /** Of a pool: the key that asks, which is what the metering proxy takes. */
  api_key: Schema.NullOr(Secret),
  /** Of a pool: the address of the metering proxy. */
  base_url: Schema.NullOr(Schema.String),
  metadata: WireMetadata,
  /** The identifiers found when the account was connected, such as a project's. */
  context: Schema.NullOr(Facts),
  /** Where the account is connected, while it is not. */
  setup_url: Schema.NullOr(Schema.String),
  error_message: Schema.NullOr(Schema.String),
  connected_at: Schema.NullOr(Schema.DateTimeUtcFromString),
  env_bootstrap: Schema.NullOr(EnvBootstrap),
  exclusive: Schema.Boolean,
  logo_url: Schema.Null,
  brand_color: Schema.String,
  docs_url: Schema.String
}).annotate({ identifier: "BoundConnection" })
export type BoundConnection = typeof BoundConnection.Type
