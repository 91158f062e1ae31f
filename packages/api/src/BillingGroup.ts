/** Money as a deployment may see it, with its own key. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Balance, Spending, Usage, UsagePeriod } from "@vendodev/domain/Billing"
import { type BrokerErrorClass, Forbidden, IdentityInvalid } from "@vendodev/domain/BrokerError"
import { AppAuth } from "./AppAuth.ts"
import { ofKey } from "./refusals.ts"
import { UserHeader } from "./UserHeader.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

const errors = (...more: ReadonlyArray<BrokerErrorClass>) => wireErrors(...ofKey, IdentityInvalid, ...more)

export class BillingGroup extends HttpApiGroup.make("billing")
  .add(
    HttpApiEndpoint.get("balance", "/api/billing/balance", {
      headers: UserHeader,
      success: Balance,
      error: errors()
    }).annotate(OpenApi.Summary, "What the tenant has left"),
    HttpApiEndpoint.get("spendCaps", "/api/billing/spend-caps", {
      headers: UserHeader,
      success: Spending,
      error: errors(Forbidden)
    }).annotate(OpenApi.Summary, "What the app may spend, and what it has today and this month, in UTC"),
    HttpApiEndpoint.get("usage", "/api/billing/usage", {
      headers: UserHeader,
      query: {
        period: Schema.optionalKey(UsagePeriod).annotate({ description: "The month, if it is not said." })
      },
      success: Usage,
      error: errors(Forbidden)
    }).annotate(OpenApi.Summary, "What the app has spent, by provider, since the day or month began in UTC")
  )
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
  .middleware(ValidRequest)
  .middleware(AppAuth) {}
