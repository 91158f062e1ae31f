import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { UserTokens } from "@vendodev/broker/access/UserTokens"

export const layer = HttpApiBuilder.group(
  ServiceApi,
  "wellKnown",
  Effect.fn(function* (handlers) {
    const { jwks } = yield* UserTokens
    return handlers.handleAll({ keySet: () => jwks })
  })
)
