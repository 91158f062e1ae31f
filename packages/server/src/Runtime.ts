import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PresentedKey } from "@vendodev/api/AppAuth"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { AdminConnectSessions } from "@vendodev/broker/access/AdminConnectSessions"
import { CallingApp, type Presented } from "@vendodev/broker/access/CallingApp"
import { ConnectSessions, type NewSession } from "@vendodev/broker/access/ConnectSessions"
import { UserTokens } from "@vendodev/broker/access/UserTokens"
import { BoundConnections } from "@vendodev/broker/vend/BoundConnections"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import type { AppId, ConnectionId, TenantId, UserSubject } from "@vendodev/domain/Ids"
import { presentedKey, presenting } from "./presenting.ts"

const owned = ["tenant_id", "app_id", "user", "connection_id"] as const

/** What an admin token must say of a session. */
interface Owned {
  readonly tenant_id?: TenantId
  readonly app_id?: AppId
  readonly user?: UserSubject
  readonly connection_id?: ConnectionId
}

const noTenant = new ValidationFailed({
  field: "tenant_id",
  detail: "tenant_id: an admin token speaks for no tenant, so say which"
})

/** Secrets stay in their wrappers up to the answer that is encoded. */
export const layer = HttpApiBuilder.group(
  ServiceApi,
  "runtime",
  Effect.fn(function* (handlers) {
    const callers = yield* CallingApp
    const connections = yield* BoundConnections
    const sessions = yield* ConnectSessions
    const adminSessions = yield* AdminConnectSessions
    const tokens = yield* UserTokens

    const asApp = Effect.fnUntraced(function* (presented: Presented, session: NewSession, payload: Owned) {
      const said = owned.find((field) => payload[field] !== undefined)
      if (said === undefined) return yield* sessions.open(presented, session)
      const detail = `${said}: the key of an app says whose it is; leave it out`
      return yield* new ValidationFailed({ field: said, detail })
    })

    const asAdmin = Effect.fnUntraced(function* (token: Redacted.Redacted, session: NewSession, payload: Owned) {
      const { app_id, connection_id, tenant_id: tenant, user } = payload
      if (tenant === undefined) return yield* noTenant
      return yield* adminSessions.open(token, {
        ...session,
        tenant,
        app: Option.fromUndefinedOr(app_id),
        user: Option.fromUndefinedOr(user),
        connection: Option.fromUndefinedOr(connection_id)
      })
    })

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
      openConnectSession: ({ headers, payload }) =>
        Effect.gen(function* () {
          const { return_to, slug, state } = payload
          const session = { slug, returnTo: Option.fromUndefinedOr(return_to), state: Option.fromUndefinedOr(state) }
          const bearer = yield* PresentedKey
          const { expiresAt, id, url } = Redacted.value(bearer).startsWith("vendo_at_")
            ? yield* asAdmin(bearer, session, payload)
            : yield* asApp(yield* presenting(headers), session, payload)
          return { id, url, expires_at: expiresAt }
        })
    })
  })
)
