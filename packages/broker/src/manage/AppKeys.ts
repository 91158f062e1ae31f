/** The `vendo_sk_` keys of a tenant's apps and connections: minted once, shown by hint ever after. */
import { Context, DateTime, Effect, Layer, Option, type Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { AppKey } from "@vendodev/domain/AppKey"
import { ConnectionRevoked, NotFound, ValidationFailed } from "@vendodev/domain/BrokerError"
import { type AppId, type ConnectionId, KeyId } from "@vendodev/domain/Ids"
import { AuditLog } from "../audit/AuditLog.ts"
import { rows } from "../database/rows.ts"
import { violates } from "../database/violates.ts"
import { CurrentTenant, type InTenant } from "../database/Tenancy.ts"
import { hint, mint } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { Apps } from "./Apps.ts"
import { Connections } from "./Connections.ts"

/** What a key opens: everything bound to an app, or one connection. */
export type KeyScope = { readonly app: AppId } | { readonly connection: ConnectionId }

const oneConsumer =
  "the provider allows this credential one consumer, which is an app; bind it to one, and mint a key for that"
const destroyed = "this deployment was destroyed, and uses nothing; install it again"
const refuses = (field: string, detail: string) => Effect.fail(new ValidationFailed({ field, detail }))

export class AppKeys extends Context.Service<
  AppKeys,
  {
    readonly list: InTenant<ReadonlyArray<AppKey>>
    /**
     * The only time the key itself is seen. One connection's key names no end
     * user, so none is minted for a connection that belongs to one; nor for one
     * that is revoked, which it could never open.
     */
    readonly mint: (
      scope: KeyScope,
      expiresAt: Option.Option<DateTime.Utc>
    ) => InTenant<
      { readonly key: Redacted.Redacted; readonly record: AppKey },
      NotFound | ValidationFailed | ConnectionRevoked
    >
    /** Holds from the next request on. Repeating it changes nothing. */
    readonly revoke: (id: KeyId) => InTenant<AppKey, NotFound>
  }
>()("@vendodev/broker/AppKeys") {
  static readonly layer = Layer.effect(
    AppKeys,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const audit = yield* AuditLog
      const keyring = yield* Keyring
      const apps = yield* Apps
      const connections = yield* Connections
      const keys = rows(AppKey)
      const columns = sql`id, hint, app_id, connection_id, created_at, expires_at, revoked_at`

      const get = Effect.fnUntraced(function* (id: KeyId) {
        const [found] = yield* keys(sql`SELECT ${columns} FROM broker.app_keys WHERE id = ${id}`)
        return found ?? (yield* new NotFound({ detail: "there is no such key" }))
      })

      const openable = Effect.fnUntraced(function* (connection: ConnectionId) {
        // A lock: a removal under way is waited for, and then seen. It revokes all keys there are, and this is none yet.
        yield* sql`SELECT FROM broker.connections WHERE id = ${connection} FOR SHARE`
        const { id, status, user } = yield* connections.get(connection)
        if (user !== null) {
          return yield* new ValidationFailed({
            field: "connection",
            detail: "this connection belongs to an end user; bind it to an app, and mint a key for that"
          })
        }
        if (status !== "revoked") return id
        return yield* new ConnectionRevoked({ detail: "this connection was revoked; create another one" })
      })

      return AppKeys.of({
        list: keys(sql`SELECT ${columns} FROM broker.app_keys ORDER BY created_at, id`),
        mint: Effect.fn("AppKeys.mint")(function* (scope, expiresAt) {
          const tenant = yield* CurrentTenant
          const app = "app" in scope ? (yield* apps.get(scope.app)).id : null
          const connection = "connection" in scope ? yield* openable(scope.connection) : null
          const id = KeyId.make(crypto.randomUUID())
          const key = mint("vendo_sk_")
          const expires = Option.getOrNull(Option.map(expiresAt, DateTime.formatIso))
          yield* sql`
            INSERT INTO broker.app_keys (tenant_id, id, app_id, connection_id, key_hash, pepper_id, hint, expires_at)
            VALUES (${tenant.id}, ${id}, ${app}::uuid, ${connection}::uuid, ${keyring.hash(key)}, ${keyring.pepperId},
              ${hint(key, "vendo_sk_")}, ${expires}::text::timestamptz)
          `.pipe(
            violates("key_shares_nothing", () => refuses("connection", oneConsumer)),
            violates("destroyed_uses_nothing", () => refuses("app", destroyed))
          )
          yield* audit.changed({
            action: "key.mint",
            object: { kind: "key", id },
            with: { app, connection, expires_at: expires }
          })
          return { key, record: yield* Effect.orDie(get(id)) }
        }),
        revoke: Effect.fn("AppKeys.revoke")(function* (id) {
          const revoked = yield* sql`
            UPDATE broker.app_keys SET revoked_at = now() WHERE id = ${id} AND revoked_at IS NULL RETURNING id
          `
          if (revoked.length > 0) yield* audit.changed({ action: "key.revoke", object: { kind: "key", id } })
          return yield* get(id)
        })
      })
    })
  )
}
