/** What a run asks, with the app key of its deployment: what it is started with, and what it is to do. */
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Forbidden, NotFound } from "@vendodev/domain/BrokerError"
import { Environment, RunId, RunReport, Wanted } from "@vendodev/domain/Deployment"
import { AppAuth } from "./AppAuth.ts"
import { ofKey } from "./refusals.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

const error = wireErrors(...ofKey, Forbidden, NotFound)

export class RunsGroup extends HttpApiGroup.make("runs")
  .add(
    HttpApiEndpoint.get("environment", "/api/deployments/me/environment", { success: Environment, error }).annotate(
      OpenApi.Summary,
      "Everything the deployment is started with, each credential in it vended and recorded"
    ),
    HttpApiEndpoint.put("report", "/api/deployments/me/runs/:run", {
      params: { run: RunId },
      payload: RunReport,
      success: Wanted,
      error
    }).annotate(OpenApi.Summary, "How the run is, at every change and every 20 seconds; answers what it is to do")
  )
  .middleware(ValidRequest)
  .middleware(AppAuth) {}
