/** Who calls the runtime endpoints: the bearer of an app key, judged by the database on each call. */
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import type { Unavailable } from "@vendodev/domain/BrokerError"
import type { AppId, ConnectionId, KeyId, TenantId } from "@vendodev/domain/Ids"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { isWellFormed } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { keyExpired, keyMissing, type KeyRefusal, keyRevoked, keyUnknown } from "./keyRefusals.ts"

export interface Caller {
  readonly tenant: TenantId
  readonly key: KeyId
  /** None for a key that is locked to one connection. */
  readonly app: Option.Option<AppId>
  readonly connection: Option.Option<ConnectionId>
  /** What the gate takes for the key. */
  readonly keyHash: Uint8Array
}

interface Row {
  readonly decision: KeyDecision
  readonly tenant_id: TenantId
  readonly key_id: KeyId
  readonly app_id: AppId | null
  readonly connection_id: ConnectionId | null
}

export class CallingApp extends Context.Service<
  CallingApp,
  {
    readonly authenticate: (key: Option.Option<Redacted.Redacted>) => Effect.Effect<Caller, KeyRefusal | Unavailable>
  }
>()("@vendodev/broker/CallingApp") {
  static readonly layer = Layer.effect(
    CallingApp,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      return CallingApp.of({
        authenticate: Effect.fn("CallingApp.authenticate")(function* (key) {
          if (Option.isNone(key)) return yield* keyMissing
          if (!isWellFormed("vendo_sk_", Redacted.value(key.value))) return yield* keyUnknown
          const keyHash = keyring.hash(key.value)
          const [row] = yield* sql<Row>`SELECT * FROM gate.caller(${keyHash})`.pipe(orOutOfReach)
          yield* judge(row?.decision)
          if (row === undefined) return yield* keyUnknown
          return {
            tenant: row.tenant_id,
            key: row.key_id,
            app: Option.fromNullOr(row.app_id),
            connection: Option.fromNullOr(row.connection_id),
            keyHash
          }
        })
      })
    })
  )
}

export type KeyDecision = "known" | "app_revoked" | "app_expired"

/** What the database decided about a key; nothing, when it knows none of that hash. */
export const judge = (decision: KeyDecision | undefined): Effect.Effect<void, KeyRefusal> => {
  switch (decision) {
    case undefined:
      return Effect.fail(keyUnknown)
    case "app_revoked":
      return Effect.fail(keyRevoked)
    case "app_expired":
      return Effect.fail(keyExpired)
    case "known":
      return Effect.void
  }
}
