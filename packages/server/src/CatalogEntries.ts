import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ServiceApi } from "@vendodev/api/VendoApi"
import * as Catalog from "@vendodev/catalog/Catalog"
import { envBootstrap } from "@vendodev/catalog/envBootstrap"
import type { Integration } from "@vendodev/catalog/Integration"
import { ProviderUnknown } from "@vendodev/domain/BrokerError"
import type { CatalogEntry } from "@vendodev/domain/CatalogEntry"

const entryOf = (integration: Integration): CatalogEntry => {
  const [profile] = integration.profiles
  return {
    provider: integration.slug,
    name: integration.name,
    description: integration.description,
    category: integration.category,
    default_profile: profile,
    supported_profiles: integration.profiles,
    env_bootstrap: envBootstrap(integration, profile),
    logo_url: null,
    docs_url: integration.docsUrl,
    brand_color: integration.brandColor,
    exclusive: integration.exclusive,
    enabled: true,
    featured: false
  }
}

const all = { integrations: Catalog.integrations.map(entryOf) }

export const layer = HttpApiBuilder.group(ServiceApi, "catalog", (handlers) =>
  handlers.handleAll({
    listIntegrations: () => Effect.succeed(all),
    getIntegration: ({ params: { slug } }) =>
      Option.match(Catalog.find(slug), {
        onNone: () => Effect.fail(new ProviderUnknown({ detail: `there is no integration called ${slug}` })),
        onSome: (integration) => Effect.succeed(entryOf(integration))
      })
  })
)
