import { DateTime, Duration, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { CallingApp } from "@vendodev/broker/access/CallingApp"
import { ConnectSessions } from "@vendodev/broker/access/ConnectSessions"
import { UserTokens } from "@vendodev/broker/access/UserTokens"
import { BoundConnections } from "@vendodev/broker/vend/BoundConnections"
import { presentedKey, presenting } from "./presenting.ts"

/** Secrets stay in their wrappers up to the answer that is encoded. */
export const layer = HttpApiBuilder.group(
  ServiceApi,
  "runtime",
  Effect.fn(function* (handlers) {
    const callers = yield* CallingApp
    const connections = yield* BoundConnections
    const sessions = yield* ConnectSessions
    const tokens = yield* UserTokens
    return handlers.handleAll({
      listBoundConnections: ({ headers, query }) =>
        Effect.gen(function* () {
          const presented = yield* presenting(headers)
          return { connections: yield* connections.list(presented, { sandbox: query.sandbox !== undefined }) }
        }),
      createUserToken: ({ payload }) =>
        Effect.gen(function* () {
          const caller = yield* callers.authenticate(yield* presentedKey)
          const lifetime = Option.map(Option.fromUndefinedOr(payload.expires_in), Duration.seconds)
          const { expiresAt, token } = yield* tokens.mint(caller, payload.subject, lifetime)
          return { token, expires_at: DateTime.toUtc(expiresAt) }
        }),
      openConnectSession: ({ headers, payload: { return_to, slug, state } }) =>
        Effect.gen(function* () {
          const session = {
            slug,
            returnTo: Option.fromUndefinedOr(return_to),
            state: Option.fromUndefinedOr(state)
          }
          const { expiresAt, url } = yield* sessions.open(yield* presenting(headers), session)
          return { url, expires_at: expiresAt }
        })
    })
  })
)
