/** Deployments: a tool installed for a tenant, on the word of an admin token. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  type BrokerErrorClass,
  Conflict,
  ConnectionInUse,
  Forbidden,
  IdempotencyConflict,
  NotFound,
  SessionRequired,
  UpstreamError
} from "@vendodev/domain/BrokerError"
import { Deployment, DeploymentStep } from "@vendodev/domain/Deployment"
import { AppId, TenantId } from "@vendodev/domain/Ids"
import { IdempotencyKey, Installed, Launched, NewDeployment } from "@vendodev/domain/Installation"
import { AdminAuth } from "./AdminAuth.ts"
import { LongBody } from "./LongBody.ts"
import { ofRequest } from "./refusals.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

const errors = (...more: ReadonlyArray<BrokerErrorClass>) =>
  wireErrors(...ofRequest, SessionRequired, NotFound, ...more)

/** A new deployment, and the only time its key is seen. */
export const NewlyInstalled = Schema.Struct({ ...Installed.fields, launch: Launched }).annotate({
  identifier: "NewlyInstalled"
})

const Repeatable = {
  "idempotency-key": Schema.optionalKey(IdempotencyKey).annotate({
    description:
      "Names this request for 24 hours: the same body under it answers the same, key included, and installs nothing anew."
  })
}

const deployment = { tenant: TenantId, deployment: AppId }

export class DeploymentsGroup extends HttpApiGroup.make("deployments")
  .add(
    HttpApiEndpoint.post("installDeployment", "/api/deployments", {
      headers: Repeatable,
      payload: NewDeployment,
      success: NewlyInstalled.pipe(HttpApiSchema.status(201)),
      error: errors(Conflict, ConnectionInUse, Forbidden, IdempotencyConflict, UpstreamError)
    })
      .middleware(LongBody)
      .annotate(
        OpenApi.Summary,
        "Install a manifest or a tool of the store: app, connections, bindings, variables and key, or one answer that names all that is in the way"
      ),
    HttpApiEndpoint.get("listDeployments", "/api/tenants/:tenant/deployments", {
      params: { tenant: TenantId },
      success: Schema.Struct({ deployments: Schema.Array(Deployment) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The deployments of a tenant, without those that are destroyed"),
    HttpApiEndpoint.get("getDeployment", "/api/tenants/:tenant/deployments/:deployment", {
      params: deployment,
      success: Deployment,
      error: errors()
    }).annotate(OpenApi.Summary, "One deployment, also when it is destroyed"),
    HttpApiEndpoint.get("deploymentHistory", "/api/tenants/:tenant/deployments/:deployment/history", {
      params: deployment,
      success: Schema.Struct({ steps: Schema.Array(DeploymentStep) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The last 1000 steps of a deployment, the oldest first"),
    HttpApiEndpoint.delete("destroyDeployment", "/api/tenants/:tenant/deployments/:deployment", {
      params: deployment,
      success: Deployment,
      error: errors()
    }).annotate(OpenApi.Summary, "Unbind a deployment, erase its variables and end its keys, for good")
  )
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
  .middleware(ValidRequest)
  .middleware(AdminAuth) {}
