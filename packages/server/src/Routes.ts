/** Every route of the service, still asking for the broker. Who listens is someone else's choice. */
import { ByteSize, Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiScalar, OpenApi } from "effect/http-api"
import { ServiceApi, VendoApi } from "@vendodev/api/VendoApi"
import * as AdminAuth from "./AdminAuth.ts"
import * as AppAuth from "./AppAuth.ts"
import * as BillingRoutes from "./BillingRoutes.ts"
import * as CatalogEntries from "./CatalogEntries.ts"
import * as ConnectPage from "./ConnectPage.ts"
import * as Credentials from "./Credentials.ts"
import * as DeploymentsRoutes from "./DeploymentsRoutes.ts"
import * as Edges from "./Edges.ts"
import * as Events from "./Events.ts"
import * as Health from "./Health.ts"
import * as LifecycleRoutes from "./LifecycleRoutes.ts"
import * as LongBody from "./LongBody.ts"
import * as Management from "./Management.ts"
import * as RunsRoutes from "./RunsRoutes.ts"
import * as OAuthCallbacks from "./OAuthCallbacks.ts"
import * as Runtime from "./Runtime.ts"
import * as ToolsRoutes from "./ToolsRoutes.ts"
import * as TopUpPage from "./TopUpPage.ts"
import * as ValidRequest from "./ValidRequest.ts"
import * as WellKnown from "./WellKnown.ts"

/** The largest body of a route, unless it says otherwise: a credential of 16 kB in JSON, and room. */
export const maximumBody = ByteSize.kibibytes(64)

/** A path is taken as it comes. */
export const config = {
  ignoreDuplicateSlashes: false,
  ignoreTrailingSlash: false,
  caseSensitive: true,
  maxParamLength: 512
}

const contract = HttpApiBuilder.layer(ServiceApi).pipe(
  Layer.provide([
    Management.layer,
    ToolsRoutes.layer,
    DeploymentsRoutes.layer,
    LifecycleRoutes.layer,
    Runtime.layer,
    RunsRoutes.layer,
    BillingRoutes.layer,
    CatalogEntries.layer,
    WellKnown.layer,
    Health.layer
  ]),
  Layer.provide([AdminAuth.layer, AppAuth.layer, LongBody.layer, ValidRequest.layer])
)

const openApi = HttpRouter.use((router) =>
  Effect.suspend(() => router.add("GET", "/openapi.json", HttpServerResponse.jsonUnsafe(OpenApi.fromApi(VendoApi))))
)

const reference = HttpApiScalar.layer(VendoApi, { path: "/docs" })

export const layer = Layer.mergeAll(
  contract,
  Credentials.layer,
  Events.layer,
  ConnectPage.layer,
  OAuthCallbacks.layer,
  TopUpPage.layer,
  openApi,
  reference
).pipe(Layer.provide(Edges.layer))
