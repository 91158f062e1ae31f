/** Which connection an app uses for an integration. The database refuses; this only says why. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { App } from "@vendodev/domain/App"
import { Binding } from "@vendodev/domain/Binding"
import {
  type BoundTo,
  ConnectionInUse,
  ConnectionRevoked,
  Forbidden,
  type NotFound,
  ValidationFailed
} from "@vendodev/domain/BrokerError"
import type { Connection } from "@vendodev/domain/Connection"
import { type AppId, type ConnectionId, type IntegrationSlug, noSubject, type UserSubject } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { violates } from "../database/violates.ts"
import { Apps } from "./Apps.ts"
import { Connections } from "./Connections.ts"

export class Bindings extends Context.Service<
  Bindings,
  {
    readonly list: (app: AppId) => InTenant<ReadonlyArray<Binding>, NotFound>
    /**
     * Binds, or replaces what was bound. Repeating it changes nothing. It is for
     * whoever the connection belongs to: the tenant itself, or one end user.
     *
     * Fails with `connection_in_use` when the credential is exclusive and has a
     * consumer, with `forbidden` for an exclusive credential and a sandbox.
     */
    readonly set: (
      app: AppId,
      slug: IntegrationSlug,
      connection: ConnectionId
    ) => InTenant<Binding, NotFound | ValidationFailed | ConnectionRevoked | ConnectionInUse | Forbidden>
    /** Unbinds: the tenant's own connection, or that of one end user. Repeating it changes nothing. */
    readonly remove: (app: AppId, slug: IntegrationSlug, user?: UserSubject) => InTenant<void, NotFound>
  }
>()("@vendodev/broker/Bindings") {
  static readonly layer = Layer.effect(
    Bindings,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const apps = yield* Apps
      const connections = yield* Connections
      const bindings = rows(Binding)
      const columns = sql`app_id, integration AS slug, connection_id, nullif(user_subject, '') AS "user", created_at`

      /** The holder, as far as this tenant may know it: another tenant's app is null. */
      const holder = Effect.fnUntraced(function* (connection: ConnectionId) {
        const [bound] = yield* sql<BoundTo>`
          SELECT a.id AS app_id, a.slug AS app_slug, a.name AS app_name
          FROM broker.connections c
          JOIN broker.app_connection_bindings b ON b.integration = c.integration AND b.slot = c.slot
          JOIN broker.apps a ON a.tenant_id = b.tenant_id AND a.id = b.app_id
          WHERE c.id = ${connection}
        `
        return bound ?? null
      })

      const inUse = Effect.fnUntraced(function* (connection: Connection) {
        const bound_to = yield* holder(connection.id)
        return yield* new ConnectionInUse({
          detail:
            bound_to === null
              ? `this ${connection.slug} credential already has its one consumer; unbind it there first`
              : `this ${connection.slug} credential is in use by ${bound_to.app_slug}; unbind it there first`,
          bound_to
        })
      })

      const sandboxed = Effect.fnUntraced(function* (app: App, connection: Connection) {
        if ((yield* holder(connection.id)) !== null) return yield* inUse(connection)
        return yield* new Forbidden({
          detail: `${app.slug} is a sandbox, which never receives an exclusive credential; bind it to a production app`
        })
      })

      const destroyed = ({ slug }: App) =>
        Effect.fail(new Forbidden({ detail: `${slug} was destroyed, and uses nothing; install it again` }))

      // A savepoint: after a refusal the transaction still has to find out who the holder is.
      // A lock: a revocation under way is waited for, and then seen.
      const upsert = (app: App, connection: Connection) =>
        Effect.gen(function* () {
          const tenant = yield* CurrentTenant
          return yield* sql.withTransaction(sql<{ readonly fresh: boolean }>`
            INSERT INTO broker.app_connection_bindings AS b
              (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot, user_subject)
            SELECT ${tenant.id}, ${app.id}, ${app.kind}, c.id, c.integration, c.exclusive, c.slot, c.user_subject
            FROM broker.connections c WHERE c.id = ${connection.id} AND c.status <> 'revoked' FOR SHARE
            ON CONFLICT (tenant_id, app_id, integration, user_subject)
            DO UPDATE SET connection_id = excluded.connection_id, exclusive = excluded.exclusive,
              slot = excluded.slot, created_at = now()
            WHERE b.connection_id <> excluded.connection_id
            RETURNING true AS fresh
          `)
        }).pipe(
          violates("one_consumer", () => inUse(connection)),
          violates("sandbox_never_exclusive", () => sandboxed(app, connection)),
          violates("destroyed_uses_nothing", () => destroyed(app))
        )

      return Bindings.of({
        list: Effect.fn("Bindings.list")(function* (app) {
          yield* apps.get(app)
          return yield* bindings(
            sql`SELECT ${columns} FROM broker.app_connection_bindings WHERE app_id = ${app}
              ORDER BY integration, user_subject`
          )
        }),
        set: Effect.fn("Bindings.set")(function* (appId, slug, connectionId) {
          const app = yield* apps.get(appId)
          const connection = yield* connections.get(connectionId)
          if (connection.slug !== slug) {
            return yield* new ValidationFailed({
              field: "connection_id",
              detail: `this connection is for ${connection.slug}, not for ${slug}`
            })
          }
          if (connection.status === "revoked") {
            return yield* new ConnectionRevoked({ detail: `this ${slug} connection was revoked; connect again` })
          }
          const changed = yield* upsert(app, connection)
          if (changed.length > 0) {
            yield* audit.changed({
              action: "binding.set",
              object: { kind: "app", id: appId },
              with: { integration: slug, connection: connectionId, user: connection.user }
            })
          }
          const [bound] = yield* bindings(sql`
            SELECT ${columns} FROM broker.app_connection_bindings
            WHERE app_id = ${appId} AND integration = ${slug} AND connection_id = ${connectionId}
          `)
          // Nothing bound: the connection was revoked between the look and the leap.
          return (
            bound ?? (yield* new ConnectionRevoked({ detail: `this ${slug} connection was revoked; connect again` }))
          )
        }),
        remove: Effect.fn("Bindings.remove")(function* (appId, slug, user = noSubject) {
          yield* apps.get(appId)
          const removed = yield* sql`
            DELETE FROM broker.app_connection_bindings
            WHERE app_id = ${appId} AND integration = ${slug} AND user_subject = ${user} RETURNING app_id
          `
          if (removed.length === 0) return
          yield* audit.changed({
            action: "binding.remove",
            object: { kind: "app", id: appId },
            with: { integration: slug, user: user || null }
          })
        })
      })
    })
  )
}
