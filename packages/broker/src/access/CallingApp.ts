/** Who calls the runtime endpoints: the bearer of an app key, and the user it speaks for, judged on each call. */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Forbidden, type IdentityInvalid, type Unavailable } from "@vendodev/domain/BrokerError"
import type { AppId, ConnectionId, KeyId, TenantId } from "@vendodev/domain/Ids"
import { orOutOfReach } from "../database/orUnavailable.ts"
import { Keyring } from "../vault/Keyring.ts"
import { claimsOrNobody } from "./claimsOf.ts"
import { keyHashOf } from "./keyHashOf.ts"
import { keyExpired, type KeyRefusal, keyRevoked, keyUnknown, userRefused } from "./keyRefusals.ts"
import { UserIdentity } from "./UserIdentity.ts"
import type { VerifiedUser } from "./VerifiedUser.ts"

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

/** What a request came with. */
export interface Presented {
  readonly key: Option.Option<Redacted.Redacted>
  /** `X-Vendo-User-JWT`, if it was sent. */
  readonly userJwt: Option.Option<Redacted.Redacted>
}

/** What the gate takes for who asks: the key, and the user as JSON. */
export interface Asking {
  readonly keyHash: Uint8Array
  readonly claims: string
}

/** The first column of every function of the gate that judges a key and its user. */
interface Judged {
  readonly decision: KeyDecision | "identity_invalid"
}

export type CallerRefusal = KeyRefusal | IdentityInvalid | Unavailable

export class CallingApp extends Context.Service<
  CallingApp,
  {
    readonly authenticate: (key: Option.Option<Redacted.Redacted>) => Effect.Effect<Caller, KeyRefusal | Unavailable>
    /**
     * Asks the gate as that key and that user, which it judges in the statement
     * that answers. The key is judged before the user; nothing is asked for a
     * user nobody verified.
     */
    readonly ask: <A extends Judged>(
      presented: Presented,
      statement: (asking: Asking) => Effect.Effect<ReadonlyArray<A>, SqlError.SqlError>
    ) => Effect.Effect<A, CallerRefusal>
  }
>()("@vendodev/broker/CallingApp") {
  static readonly layer = Layer.effect(
    CallingApp,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyring = yield* Keyring
      const identity = yield* UserIdentity

      const judged = (keyHash: Uint8Array) =>
        Effect.gen(function* () {
          const [row] = yield* sql<Row>`SELECT * FROM gate.caller(${keyHash})`.pipe(orOutOfReach)
          yield* judge(row?.decision)
          return row ?? (yield* keyUnknown)
        })

      return CallingApp.of({
        authenticate: Effect.fn("CallingApp.authenticate")(function* (key) {
          const keyHash = yield* keyHashOf(keyring, key)
          const row = yield* judged(keyHash)
          return {
            tenant: row.tenant_id,
            key: row.key_id,
            app: Option.fromNullOr(row.app_id),
            connection: Option.fromNullOr(row.connection_id),
            keyHash
          }
        }),
        ask: Effect.fn("CallingApp.ask")(function* ({ key, userJwt }, statement) {
          const keyHash = yield* keyHashOf(keyring, key)
          const verified = Option.map(userJwt, identity.verify)
          const user: Option.Option<VerifiedUser> = yield* Effect.transposeOption(verified).pipe(
            Effect.tapError(() => judged(keyHash))
          )
          const claims = claimsOrNobody(user)
          const [row] = yield* orOutOfReach(statement({ keyHash, claims }))
          return yield* admitted(row)
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

const admitted = <A extends Judged>(row: A | undefined): Effect.Effect<A, KeyRefusal | IdentityInvalid> => {
  const decision: Judged["decision"] | undefined = row?.decision
  if (row === undefined) return Effect.fail(keyUnknown)
  return decision === "identity_invalid" ? Effect.fail(userRefused) : Effect.as(judge(decision), row)
}

/** Refuses a key that is locked to one connection, where an app is needed. */
export const ofApp = <A extends { readonly app_id: AppId | null }>(row: A): Effect.Effect<A, Forbidden> =>
  row.app_id === null
    ? Effect.fail(new Forbidden({ detail: "a key of one connection can not ask this; ask with the key of an app" }))
    : Effect.succeed(row)
