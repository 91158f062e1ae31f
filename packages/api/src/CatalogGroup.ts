/** The menu, for anybody: it says what could be connected, and nothing of what is. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { type BrokerErrorClass, ProviderUnknown } from "@vendodev/domain/BrokerError"
import { CatalogEntry } from "@vendodev/domain/CatalogEntry"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import { ofRequest } from "./refusals.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

const errors = (...more: ReadonlyArray<BrokerErrorClass>) => wireErrors(...ofRequest, ...more)

export class CatalogGroup extends HttpApiGroup.make("catalog")
  .add(
    HttpApiEndpoint.get("listIntegrations", "/api/integrations", {
      success: Schema.Struct({ integrations: Schema.Array(CatalogEntry) }),
      error: errors()
    }).annotate(OpenApi.Summary, "Every integration this build can connect"),
    HttpApiEndpoint.get("getIntegration", "/api/integrations/:slug", {
      params: { slug: IntegrationSlug },
      success: CatalogEntry,
      error: errors(ProviderUnknown)
    }).annotate(OpenApi.Summary, "One integration")
  )
  .middleware(ValidRequest) {}
