/** What a run asks of the service, besides its events. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { AppAuth } from "@vendodev/api/AppAuth"
import { ofKey } from "@vendodev/api/refusals"
import { wireErrors } from "@vendodev/api/WireError"
import { Conflict, Forbidden, NotFound, RateLimited } from "@vendodev/domain/BrokerError"
import { Environment, RunId, RunReport, Wanted } from "@vendodev/domain/Deployment"

const error = wireErrors(...ofKey, Forbidden, NotFound, Conflict, RateLimited)

class RunGroup extends HttpApiGroup.make("runs")
  .add(
    HttpApiEndpoint.get("environment", "/api/deployments/me/environment", { success: Environment, error }),
    HttpApiEndpoint.put("report", "/api/deployments/me/runs/:run", {
      params: Schema.Struct({ run: RunId }),
      payload: RunReport,
      success: Wanted,
      error
    })
  )
  .middleware(AppAuth) {}

export class RunApi extends HttpApi.make("vendo-run").add(RunGroup) {}
