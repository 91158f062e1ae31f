/**
 * One provider of the catalog, as data. The file of a provider holds nothing
 * else: what differs between providers is a value here, never a branch there.
 */
import { Schema } from "effect"
import { EnvVarName, IntegrationSlug } from "@vendodev/domain/Ids"
import { Profile } from "@vendodev/domain/Profile"
import { AccountRecipe, Discovery, KeyShape, OAuthRecipe, Pattern, RequestRecipe } from "./Recipe.ts"

/** Where the value of an environment variable comes from. */
export const EnvVarSource = Schema.Union([
  /** The credential itself. */
  Schema.Struct({ kind: Schema.Literal("credential") }),
  /** A field of the connection's metadata, by dotted path. */
  Schema.Struct({ kind: Schema.Literal("metadata"), path: Schema.String }),
  /** The app's own `vendo_sk_` key, which is what the metering proxy takes. */
  Schema.Struct({ kind: Schema.Literal("vendo_api_key") }),
  /** The address of this provider's metering proxy. */
  Schema.Struct({ kind: Schema.Literal("proxy_base_url") })
])
export type EnvVarSource = typeof EnvVarSource.Type

export const EnvVar = Schema.Struct({
  name: EnvVarName,
  source: EnvVarSource,
  isSecret: Schema.Boolean,
  /** False when a running tool must ask for the token: an injected copy would go stale. */
  injected: Schema.Boolean
})
export type EnvVar = typeof EnvVar.Type

/** A per-account identifier found at connect time and shown as `connection.context`. */
export const ContextField = Schema.Struct({
  field: Schema.String,
  description: Schema.String,
  /** What it can be, where the provider says so. */
  discover: Schema.optionalKey(Discovery)
})
export type ContextField = typeof ContextField.Type

/**
 * What makes two credentials the same consumer. The first group of `pattern`,
 * matched against the credential, is the identity; it is kept in the
 * connection's metadata under `metadata`.
 */
export const IdentityRule = Schema.Struct({
  pattern: Pattern,
  metadata: Schema.String,
  hint: Schema.String,
  /** Where the name of the account is kept beside it, once the provider was asked. */
  name: Schema.optionalKey(Schema.String)
})

export const Integration = Schema.Struct({
  slug: IntegrationSlug,
  name: Schema.String,
  description: Schema.String,
  category: Schema.Literals(["ai", "voice", "messaging", "productivity", "developer", "payments", "social", "other"]),
  /** The default first. */
  profiles: Schema.NonEmptyArray(Profile),
  /** Variables by profile. The first of a profile is the conventional one. */
  env: Schema.Record(Profile, Schema.optionalKey(Schema.NonEmptyArray(EnvVar))),
  /** One active consumer per credential, such as a bot that is long-polled. */
  exclusive: Schema.Boolean,
  identity: Schema.optionalKey(IdentityRule),
  context: Schema.Array(ContextField),
  /** Whose a credential is, and whether it is good. */
  account: Schema.optionalKey(AccountRecipe),
  /** Of a key that is pasted. */
  shape: Schema.optionalKey(KeyShape),
  /** For `oauth_app_install`. */
  oauth: Schema.optionalKey(OAuthRecipe),
  /** What Composio calls it, where that is not the slug. */
  composio: Schema.optionalKey(Schema.Struct({ toolkit: Schema.String })),
  /** What the provider is told when a connection ends, if it listens. */
  disconnect: Schema.optionalKey(Schema.Struct({ request: RequestRecipe })),
  /** What clients of the provider expect behind the address of its metering proxy, such as `/v1`. */
  proxyPath: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^(?:\/[a-z0-9]+)+$/))),
  docsUrl: Schema.String,
  brandColor: Schema.String.check(Schema.isPattern(/^#[0-9A-F]{6}$/))
})
export type Integration = typeof Integration.Type

/** Decodes at module load: a catalog file with a fault, a misspelt field included, fails every test and every start. */
export const define = Schema.decodeUnknownSync(Integration, { onExcessProperty: "error" })

const variable =
  (source: EnvVarSource, isSecret: boolean, injected = true) =>
  (name: string) => ({
    name,
    source,
    isSecret,
    injected
  })

export const credential = variable({ kind: "credential" }, true)
/** A credential that expires: named for `GET /v1/<KEY>` and OSS mode, never injected. */
export const projected = variable({ kind: "credential" }, true, false)
export const vendoApiKey = variable({ kind: "vendo_api_key" }, true)
export const proxyBaseUrl = variable({ kind: "proxy_base_url" }, false)
export const metadata = (name: string, path: string, isSecret = false) =>
  variable({ kind: "metadata", path }, isSecret)(name)
