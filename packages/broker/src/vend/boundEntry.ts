/** One integration as an app is shown it: bound, in trouble, or still to be connected. */
import { Option, type Redacted, Result, Schema } from "effect"
import { envBootstrap, injected } from "@vendodev/catalog/envBootstrap"
import type { Integration } from "@vendodev/catalog/Integration"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import type { BoundConnection, BoundStatus } from "@vendodev/domain/BoundConnection"
import type { BrokerError } from "@vendodev/domain/BrokerError"
import { ConnectionStatus } from "@vendodev/domain/Connection"
import { ConnectionId, DisplayName, IntegrationSlug } from "@vendodev/domain/Ids"
import { Profile } from "@vendodev/domain/Profile"
import { connectUrl } from "./connectUrl.ts"
import { externalId } from "./externalId.ts"

/** A bound connection as the gate shows it: no credential. */
export const Bound = Schema.Struct({
  id: ConnectionId,
  slug: IntegrationSlug,
  name: DisplayName,
  profile: Profile,
  status: ConnectionStatus,
  metadata: Schema.Record(Schema.String, Schema.Json),
  failure: Schema.NullOr(Schema.String),
  connected_at: Schema.DateTimeUtcFromString
})
export type Bound = typeof Bound.Type

/** What an entry is made of besides the connection. */
export interface Given {
  /** The credential that was vended, or why none was; nothing, when none was asked for. */
  readonly credential: Result.Result<AccessToken, BrokerError> | undefined
  readonly callersKey: Redacted.Redacted
  readonly publicUrl: Option.Option<string>
  readonly proxyOf: (slug: string) => Option.Option<string>
}

interface Standing {
  readonly status: BoundStatus
  readonly error: string | null
}

const available: Standing = { status: "available", error: null }

/** What a vend said of it a moment later is newer than its row. */
const standingOf = ({ failure, slug, status }: Bound, credential: Given["credential"]): Standing => {
  if (credential !== undefined && Result.isFailure(credential)) {
    const { _tag: code, detail } = credential.failure
    if (code === "binding_missing" || code === "connection_revoked") return available
    return { status: code === "connection_needs_reauth" ? "needs_reauth" : "error", error: detail }
  }
  switch (status) {
    case "active":
      return { status: "connected", error: null }
    case "needs_reauth":
      return { status, error: failure ?? `the ${slug} connection must be authorised again by its user` }
    case "error":
      return { status, error: failure ?? `the provider of the ${slug} connection gives no token` }
    case "pending":
    case "revoked":
      return available
  }
}

const contextOf = ({ metadata, slug }: Bound): BoundConnection["context"] => {
  const all = metadata["context"]
  const found = isFacts(all) ? all[slug] : undefined
  return isFacts(found) ? found : null
}
const isFacts = Schema.is(Schema.Record(Schema.String, Schema.Json))

/** The same for every entry of the integration. */
const described = ({ brandColor, category, docsUrl, exclusive, slug }: Integration) => ({
  slug,
  category,
  exclusive,
  logo_url: null,
  brand_color: brandColor,
  docs_url: docsUrl
})

const unbound = (integration: Integration, { publicUrl }: Given): BoundConnection => ({
  ...described(integration),
  id: null,
  external_id: null,
  display_name: integration.name,
  profile: integration.profiles[0],
  status: "available",
  api_key: null,
  base_url: null,
  metadata: { known: {} },
  context: null,
  setup_url: Option.getOrNull(Option.map(publicUrl, (url) => connectUrl(url, integration.slug))),
  error_message: null,
  connected_at: null,
  env_bootstrap: envBootstrap(integration, integration.profiles[0])
})

/** The credential under each variable that takes it. */
const variablesOf = (integration: Integration, profile: Profile, { token }: AccessToken) =>
  Object.fromEntries(
    injected(integration, profile)
      .filter(({ source }) => source.kind === "credential")
      .map(({ name }) => [name, token])
  )

export const entryOf = (integration: Integration, bound: Bound | undefined, given: Given): BoundConnection => {
  if (bound === undefined) return unbound(integration, given)
  const { error, status } = standingOf(bound, given.credential)
  if (status === "available") return unbound(integration, given)
  const { connected_at, id, metadata: known, name, profile } = bound
  const isPool = profile === "vendo_managed_pool"
  const vended = given.credential
  return {
    ...described(integration),
    id,
    external_id: externalId(id),
    display_name: name,
    profile,
    status,
    api_key: isPool ? given.callersKey : null,
    base_url: isPool ? Option.getOrNull(given.proxyOf(integration.slug)) : null,
    metadata:
      vended !== undefined && Result.isSuccess(vended)
        ? { known, credential: variablesOf(integration, profile, vended.success) }
        : { known },
    context: contextOf(bound),
    setup_url: null,
    error_message: error,
    connected_at,
    env_bootstrap: envBootstrap(integration, profile)
  }
}
