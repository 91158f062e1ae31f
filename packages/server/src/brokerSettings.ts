/** What the broker asks of whoever runs it: how Composio and users are known, where it is reached, and the way out. */
import { Effect, Layer, Option } from "effect"
import { FetchHttpClient } from "effect/http"
import { UserIdentitySettings } from "@vendodev/broker/access/UserIdentitySettings"
import { ConnectSettings } from "@vendodev/broker/connect/ConnectSettings"
import { HooksAddress } from "@vendodev/broker/connect/HooksAddress"
import { ServiceAddress } from "@vendodev/broker/install/ServiceAddress"
import { ComposioSettings } from "@vendodev/broker/upstream/ComposioClient"
import { ProviderAddress, through } from "@vendodev/broker/upstream/ProviderAddress"
import { PublicUrl } from "@vendodev/broker/vend/connectUrl"
import { ProxyAddress } from "@vendodev/broker/vend/ProxyAddress"
import { find } from "@vendodev/catalog/Catalog"
import { Settings } from "./Settings.ts"

/** Of the user tokens made here. */
const audience = "vendo"

const composio = Layer.effect(
  ComposioSettings,
  Effect.map(Settings, ({ composioKey: apiKey, composioUrl: baseUrl }) => ComposioSettings.of({ apiKey, baseUrl }))
)

const users = Layer.effect(
  UserIdentitySettings,
  Effect.map(Settings, ({ ownIssuer: issuer, userIssuer: external }) =>
    UserIdentitySettings.of({ own: { issuer, audience }, external })
  )
)

const address = Layer.effect(
  PublicUrl,
  Effect.map(Settings, ({ publicUrl }) => publicUrl)
)

const providers = Layer.effect(
  ProviderAddress,
  Effect.map(Settings, ({ providersUrl }) =>
    Option.match(providersUrl, { onNone: () => (url: string) => url, onSome: through })
  )
)

/** With a domain credentials have a host of their own; without, a path. */
const surfaces = Layer.effect(
  ServiceAddress,
  Effect.map(Settings, ({ domain, publicUrl }) =>
    Option.map(publicUrl, (api) => ({
      api,
      credentials: Option.match(domain, {
        onNone: () => `${api}/credentials`,
        onSome: (domain) => `https://credentials.${domain}`
      })
    }))
  )
)

/** With a domain they have a host of their own; without, a path. */
const hooks = Layer.effect(
  HooksAddress,
  Effect.map(Settings, ({ domain, publicUrl }) => (externalId: string) => {
    const base = Option.firstSomeOf([
      Option.map(domain, (domain) => `https://hooks.${domain}`),
      Option.map(publicUrl, (url) => `${url}/hooks`)
    ])
    return Option.map(base, (base) => `${base}/${externalId}`)
  })
)

/** With a domain each proxy has a host of its own; without, a path. */
const proxies = Layer.effect(
  ProxyAddress,
  Effect.map(Settings, ({ domain, publicUrl }) => (slug: string) => {
    const path = Option.getOrElse(
      Option.flatMap(find(slug), ({ proxyPath }) => Option.fromUndefinedOr(proxyPath)),
      () => ""
    )
    return Option.firstSomeOf([
      Option.map(domain, (domain) => `https://${slug}-proxy.${domain}${path}`),
      Option.map(publicUrl, (url) => `${url}/proxy/${slug}${path}`)
    ])
  })
)

const connecting = Layer.effect(
  ConnectSettings,
  Effect.map(Settings, ({ authConfigs, oauthClients }) => ({
    oauthClient: (slug: string) => Option.fromUndefinedOr(oauthClients.get(slug)),
    authConfig: (slug: string) => Option.fromUndefinedOr(authConfigs.get(slug))
  }))
)

export const layer = Layer.mergeAll(
  connecting,
  composio,
  users,
  address,
  providers,
  surfaces,
  hooks,
  proxies,
  FetchHttpClient.layer
)
