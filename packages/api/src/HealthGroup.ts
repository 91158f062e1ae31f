/** For load balancers and supervisors. Not audited, no credential needed. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Unavailable } from "@vendodev/domain/BrokerError"
import { wireErrors } from "./WireError.ts"

const Health = Schema.Struct({ status: Schema.Literal("ok") })

export class HealthGroup extends HttpApiGroup.make("health").add(
  HttpApiEndpoint.get("live", "/healthz", { success: Health }).annotate(OpenApi.Summary, "The process runs"),
  HttpApiEndpoint.get("ready", "/readyz", { success: Health, error: wireErrors(Unavailable) }).annotate(
    OpenApi.Summary,
    "The database answers and the server is not draining"
  )
) {}
