import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PresentedKey } from "@vendodev/api/AppAuth"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { CallingApp } from "@vendodev/broker/access/CallingApp"
import { UserTokens } from "@vendodev/broker/access/UserTokens"

/** The user's token stays in its wrapper up to the answer that is encoded. */
export const layer = HttpApiBuilder.group(
  ServiceApi,
  "runtime",
  Effect.fn(function* (handlers) {
    const callers = yield* CallingApp
    const tokens = yield* UserTokens
    return handlers.handleAll({
      createUserToken: ({ payload }) =>
        Effect.gen(function* () {
          const presented = yield* PresentedKey
          const caller = yield* callers.authenticate(
            Redacted.value(presented) === "" ? Option.none() : Option.some(presented)
          )
          const lifetime = Option.map(Option.fromUndefinedOr(payload.expires_in), Duration.seconds)
          const { expiresAt, token } = yield* tokens.mint(caller, payload.subject, lifetime)
          return { token, expires_at: DateTime.toUtc(expiresAt) }
        })
    })
  })
)
