import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { Billing } from "@vendodev/broker/access/Billing"
import { presenting } from "./presenting.ts"

export const layer = HttpApiBuilder.group(
  ServiceApi,
  "billing",
  Effect.fn(function* (handlers) {
    const billing = yield* Billing
    return handlers.handleAll({
      balance: ({ headers }) => Effect.flatMap(presenting(headers), billing.balance),
      spendCaps: ({ headers }) => Effect.flatMap(presenting(headers), billing.spending),
      usage: ({ headers, query }) =>
        Effect.flatMap(presenting(headers), (presented) => billing.usage(presented, query.period ?? "month"))
    })
  })
)
