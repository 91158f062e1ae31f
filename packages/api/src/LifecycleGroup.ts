/** What becomes of a deployment: its variables, its restarts, and what is handed over from one to another. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { type BrokerErrorClass, Conflict, Forbidden, NotFound, SessionRequired } from "@vendodev/domain/BrokerError"
import { Deployment, Variable } from "@vendodev/domain/Deployment"
import { HandOver, HandOverId } from "@vendodev/domain/HandOver"
import { AppId, IntegrationSlug, TenantId } from "@vendodev/domain/Ids"
import { Launched } from "@vendodev/domain/Installation"
import { AdminAuth } from "./AdminAuth.ts"
import { ofRequest } from "./refusals.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

const errors = (...more: ReadonlyArray<BrokerErrorClass>) =>
  wireErrors(...ofRequest, SessionRequired, NotFound, ...more)

const deployment = { tenant: TenantId, deployment: AppId }
const handOver = { tenant: TenantId, handOver: HandOverId }
const below = "/api/tenants/:tenant/deployments/:deployment"

/** A deployment that is to run, and whether anybody started it. */
export const Started = Schema.Struct({ deployment: Deployment, launch: Launched }).annotate({ identifier: "Started" })

const Variables = Schema.Struct({ variables: Schema.Array(Variable) })

export class LifecycleGroup extends HttpApiGroup.make("lifecycle")
  .add(
    HttpApiEndpoint.get("listVariables", `${below}/environment`, {
      params: deployment,
      query: {
        reveal: Schema.optionalKey(Schema.Literal("1")).annotate({
          description: "1 shows the values of secrets, which is recorded; otherwise they are masked."
        })
      },
      success: Variables,
      error: errors()
    }).annotate(OpenApi.Summary, "The variables a deployment is started with, secrets masked"),
    HttpApiEndpoint.patch("changeVariables", `${below}/environment`, {
      params: deployment,
      payload: Schema.Struct({
        variables: Schema.Record(Schema.String, Schema.NullOr(Schema.RedactedFromValue(Schema.String))).annotate({
          description:
            "By name: the value, of at most 10,000 characters, or null to take it away. Names that follow from a connection, and VENDO_…, can not be set. 32 kB together."
        })
      }),
      success: Variables,
      error: errors(Conflict)
    }).annotate(OpenApi.Summary, "Set and remove variables of the tenant's own; a restart applies them"),
    HttpApiEndpoint.post("restartDeployment", `${below}/restart`, {
      params: deployment,
      success: Deployment,
      error: errors(Conflict)
    }).annotate(OpenApi.Summary, "Have the command started anew, with the newest variables"),
    HttpApiEndpoint.post("stopDeployment", `${below}/stop`, {
      params: deployment,
      success: Deployment,
      error: errors(Conflict)
    }).annotate(OpenApi.Summary, "Have its run end; repeating it changes nothing"),
    HttpApiEndpoint.post("startDeployment", `${below}/start`, {
      params: deployment,
      success: Started,
      error: errors(Conflict)
    }).annotate(
      OpenApi.Summary,
      "Let a run stay again, and launch one where there is none; repeating it changes nothing"
    ),

    HttpApiEndpoint.post("moveBinding", "/api/tenants/:tenant/bindings/:slug/move", {
      params: { tenant: TenantId, slug: IntegrationSlug },
      payload: Schema.Struct({
        to: AppId,
        from: Schema.optionalKey(AppId).annotate({ description: "May be left out when only one app has it." }),
        force: Schema.optionalKey(Schema.Boolean).annotate({
          description: "Moves it at once, though its old consumer may still be using it."
        })
      }),
      success: HandOver,
      error: errors(Conflict, Forbidden)
    }).annotate(OpenApi.Summary, "Hand a connection over from one app to another, with never two consumers at once"),
    HttpApiEndpoint.get("getHandOver", "/api/tenants/:tenant/hand-overs/:handOver", {
      params: handOver,
      success: HandOver,
      error: errors()
    }).annotate(OpenApi.Summary, "How a hand-over stands; it is moved if its run has fallen silent meanwhile"),
    HttpApiEndpoint.delete("cancelHandOver", "/api/tenants/:tenant/hand-overs/:handOver", {
      params: handOver,
      success: HandOver,
      error: errors(Conflict)
    }).annotate(OpenApi.Summary, "Call a hand-over off, and let the old consumer go on; repeating it changes nothing")
  )
  // A misspelt `reveal` would show nothing.
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
  .middleware(ValidRequest)
  .middleware(AdminAuth) {}
