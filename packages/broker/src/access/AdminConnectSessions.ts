/** Visits to the page on which an account is connected, opened by an admin: for an app of a tenant, or for none. */
import { Context, DateTime, Effect, Layer, Option, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Catalog from "@vendodev/catalog/Catalog"
import {
  ConnectionRevoked,
  type Forbidden,
  NotFound,
  ProviderUnknown,
  type SessionRequired,
  type Unavailable,
  ValidationFailed
} from "@vendodev/domain/BrokerError"
import { ConnectOutcome } from "@vendodev/domain/ConnectOutcome"
import {
  type AppId,
  type ConnectionId,
  ConnectSessionId,
  noSubject,
  type TenantId,
  type UserSubject
} from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant, Tenancy } from "../database/Tenancy.ts"
import { Apps } from "../manage/Apps.ts"
import { Connections } from "../manage/Connections.ts"
import { mint } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { PublicUrl } from "../vend/connectUrl.ts"
import { type NewSession, noAddress, type OpenedSession, pageWith } from "./ConnectSessions.ts"

export interface AdminSession extends NewSession {
  readonly tenant: TenantId
  /** None for a connection that is bound to nothing. */
  readonly app: Option.Option<AppId>
  /** None for the tenant's own. */
  readonly user: Option.Option<UserSubject>
  /** The one that is to be connected again. */
  readonly connection: Option.Option<ConnectionId>
}

type Refusal = NotFound | ProviderUnknown | ValidationFailed | ConnectionRevoked | Forbidden

export class AdminConnectSessions extends Context.Service<
  AdminConnectSessions,
  {
    /** The address holds the ticket, which is seen this once. */
    readonly open: (
      token: Redacted.Redacted,
      session: AdminSession
    ) => Effect.Effect<OpenedSession, Refusal | SessionRequired | Unavailable>
    /** What became of a session, whoever opened it. Some time after it is over it is `not_found`. */
    readonly outcome: (session: ConnectSessionId) => InTenant<ConnectOutcome, NotFound>
  }
>()("@vendodev/broker/AdminConnectSessions") {
  static readonly layer = Layer.effect(
    AdminConnectSessions,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const audit = yield* AuditLog
      const tenancy = yield* Tenancy
      const apps = yield* Apps
      const connections = yield* Connections
      const publicUrl = yield* PublicUrl

      /** What is to be connected again must be what the session says. */
      const agreeing = Effect.fnUntraced(function* (id: ConnectionId, { slug, user }: AdminSession) {
        const connection = yield* connections.get(id)
        if (connection.status === "revoked") {
          return yield* new ConnectionRevoked({ detail: "this connection was revoked; create another one" })
        }
        if (connection.slug === slug && connection.user === Option.getOrNull(user)) return
        const detail = "connection_id: it is of another integration or another user than this session"
        return yield* new ValidationFailed({ field: "connection_id", detail })
      })

      const insert = Effect.fnUntraced(function* (session: AdminSession, ticket: Redacted.Redacted) {
        const { app, connection, returnTo, slug, state, user } = session
        if (Option.isNone(Catalog.find(slug))) {
          return yield* new ProviderUnknown({ detail: `there is no integration called ${slug}` })
        }
        yield* Effect.transposeOption(Option.map(app, apps.get))
        yield* Effect.transposeOption(Option.map(connection, (id) => agreeing(id, session)))
        const { actor, id: tenant } = yield* CurrentTenant
        const id = ConnectSessionId.make(crypto.randomUUID())
        const [opened] = yield* sql<{ readonly expires_ms: number }>`
          INSERT INTO broker.connect_sessions (tenant_id, id, ticket_hash, pepper_id, app_id, admin_token_id,
            connection_id, user_subject, integration, return_to, state)
          VALUES (${tenant}, ${id}, ${keyring.hash(ticket)}, ${keyring.pepperId}, ${Option.getOrNull(app)}::uuid,
            ${actor.id}, ${Option.getOrNull(connection)}::uuid, ${Option.getOrElse(user, () => noSubject)}, ${slug},
            ${Option.getOrNull(returnTo)}::text, ${Option.getOrNull(state)}::text)
          RETURNING extract(epoch FROM expires_at)::float8 * 1000 AS expires_ms
        `
        if (opened === undefined) return yield* Effect.die(new Error("a session was not stored"))
        yield* audit.changed({
          action: "connect_session.open",
          object: { kind: "connect_session", id },
          with: { integration: slug, app: Option.getOrNull(app), user: Option.getOrNull(user) }
        })
        return { id, expiresAt: DateTime.makeUnsafe(opened.expires_ms) }
      })

      return AdminConnectSessions.of({
        open: Effect.fn("AdminConnectSessions.open")(function* (token, session) {
          const ticket = mint("vendo_ct_")
          const opened = yield* tenancy.asAdmin(
            token,
            session.tenant
          )(
            Effect.gen(function* () {
              if (Option.isNone(publicUrl)) return yield* noAddress
              const opened = yield* insert(session, ticket)
              return { ...opened, url: pageWith(publicUrl.value, session.slug, ticket) }
            })
          )
          return opened
        }),
        outcome: Effect.fn("AdminConnectSessions.outcome")(function* (session) {
          const [found] = yield* rows(ConnectOutcome)(sql`
            SELECT coalesce(v.session_id, s.id) AS id, coalesce(v.integration, s.integration) AS slug,
              CASE WHEN v.step IN ('connected', 'cancelled') THEN v.step
                WHEN coalesce(v.expires_at, s.expires_at) <= now() OR (v.id IS NULL AND s.used_at IS NOT NULL) THEN 'over'
                WHEN v.id IS NOT NULL THEN 'visited' ELSE 'open' END AS status,
              v.connected_id AS connection_id, v.failure
            FROM (SELECT id, integration, expires_at, used_at FROM broker.connect_sessions WHERE id = ${session}) s
              FULL JOIN (SELECT * FROM broker.connect_visits WHERE session_id = ${session}) v ON v.session_id = s.id
          `)
          return found ?? (yield* new NotFound({ detail: "there is no such connect session" }))
        })
      })
    })
  )
}
