/**
 * Deny by default: the one question of the hot path, asked of the primary each
 * time, which records what it grants. Questions that come while one call is
 * running share the next.
 */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { Unavailable } from "@vendodev/domain/BrokerError"
import type { AppId, ConnectionId, KeyId, TenantId, UserSubject } from "@vendodev/domain/Ids"
import type { Profile } from "@vendodev/domain/Profile"
import { RequestId } from "@vendodev/domain/RequestId"
import { inTurns } from "../database/inTurns.ts"
import { orSilent, orUnavailable } from "../database/orUnavailable.ts"

export interface Question {
  readonly keyHash: Uint8Array
  /** Any text of a slug's length; the catalog has not been asked yet. */
  readonly slug: string
  readonly subject: UserSubject
  /** Grants this connection and no other, when it is given. */
  readonly connection: ConnectionId | null
}

interface KnownKey {
  readonly tenant_id: TenantId
  readonly key_id: KeyId
  readonly app_id: AppId | null
  readonly connection_id: ConnectionId | null
}

/** What the database decided. Only `granted` carries what is needed to open the credential. */
export type Decision =
  | { readonly decision: "app_unknown" }
  | (KnownKey & {
      readonly decision:
        | "app_revoked"
        | "app_expired"
        | "binding_missing"
        | "connection_revoked"
        | "connection_needs_reauth"
    })
  | Granted

export interface Granted extends KnownKey {
  readonly decision: "granted"
  readonly connection_id: ConnectionId
  readonly profile: Profile
  readonly secret_version: bigint
  /** Null when the connection holds no secret of its own, as in a pool, or its data key was destroyed. */
  readonly dek_version: number | null
  readonly kek_id: string | null
  readonly wrapped: Uint8Array | null
  readonly secret_box: Uint8Array | null
}

interface Asked extends Question {
  readonly requestId: string
}

export class BindingRepo extends Context.Service<
  BindingRepo,
  {
    /** key → app → binding → connection, in one round trip. A grant is in the audit log when this answers. */
    readonly decide: (question: Question) => Effect.Effect<Decision, Unavailable>
  }
>()("@vendodev/broker/BindingRepo") {
  static readonly layer = Layer.effect(
    BindingRepo,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      // While one group is with the database, the answers of the other are being written; larger ones would not overlap.
      const decide = yield* inTurns({ turns: 2, atMost: 16 }, (asked: ReadonlyArray<Asked>) =>
        // The row type is the function's own; decoding each row would double the cost of the call.
        orSilent(
          sql<Decision>`SELECT * FROM gate.vend(
          ${asked.map(({ keyHash }) => keyHash)}::bytea[],
          ${asked.map(({ slug }) => slug)}::text[],
          ${asked.map(({ subject }) => subject)}::text[],
          ${asked.map(({ connection }) => connection ?? "")}::text[],
          ${asked.map(({ requestId }) => requestId)}::text[]
        )`.withoutTransform
        )
      )

      return BindingRepo.of({
        decide: (question) =>
          Effect.withFiber((fiber) => orUnavailable(decide({ ...question, requestId: fiber.getRef(RequestId) })))
      })
    })
  )
}
