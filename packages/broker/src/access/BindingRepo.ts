/**
 * Deny by default: the one question of the hot path, asked of the primary each
 * time, which records what it grants. Questions that come while one call is
 * running share the next.
 */
import { Context, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { Unavailable } from "@vendodev/domain/BrokerError"
import type { AppId, ConnectionId, KeyId, TenantId } from "@vendodev/domain/Ids"
import type { Profile } from "@vendodev/domain/Profile"
import { RequestId } from "@vendodev/domain/RequestId"
import { inTurns } from "../database/inTurns.ts"
import { orSilent, orUnavailable } from "../database/orUnavailable.ts"
import { claimsOf } from "./claimsOf.ts"
import type { VerifiedUser } from "./VerifiedUser.ts"

/**
 * `vend` grants what is fresh, `vend_stale` also what is still valid for some
 * seconds, `report` whatever is there, for its receiver to be told apart.
 */
export type Purpose = "vend" | "vend_stale" | "report"

export interface Question {
  readonly purpose: Purpose
  readonly keyHash: Uint8Array
  /** Any text of a slug's length; the catalog has not been asked yet. */
  readonly slug: string
  /** The user whose connections are meant, and no others. None for the tenant's own. */
  readonly user: Option.Option<VerifiedUser>
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
        | "identity_invalid"
        | "binding_missing"
        | "connection_revoked"
        | "connection_needs_reauth"
    })
  | Stale
  | Granted

interface KnownConnection extends KnownKey {
  readonly connection_id: ConnectionId
  readonly profile: Profile
  readonly secret_version: bigint
}

/** Entitled, but the token of that version must be replaced first. Nothing was granted. */
export interface Stale extends KnownConnection {
  readonly decision: "stale"
}

export interface Granted extends KnownConnection {
  readonly decision: "granted"
  /** Null when the connection holds no secret of its own, as in a pool, or its data key was destroyed. */
  readonly dek_version: number | null
  readonly kek_id: string | null
  readonly wrapped: Uint8Array | null
  readonly secret_box: Uint8Array | null
  /** Milliseconds since 1970; null when the token does not expire, or nobody knows when. */
  readonly expires_ms: number | null
  /** Milliseconds since the token was taken from the upstream; null when there was none. */
  readonly age_ms: number | null
  /** Nearly used up, and nobody is replacing it. */
  readonly renew: boolean
}

interface Asked extends Question {
  readonly requestId: string
}

export class BindingRepo extends Context.Service<
  BindingRepo,
  {
    /** key → app → binding → connection, in one round trip. A grant is in the audit log when this answers. */
    readonly decide: (question: Question) => Effect.Effect<Decision, Unavailable>
    /** The same for several questions of one caller, in one round trip, in their order. */
    readonly decideAll: (questions: ReadonlyArray<Question>) => Effect.Effect<ReadonlyArray<Decision>, Unavailable>
  }
>()("@vendodev/broker/BindingRepo") {
  static readonly layer = Layer.effect(
    BindingRepo,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      // The row type is the function's own; decoding each row would double the cost of the call.
      const ask = (asked: ReadonlyArray<Asked>) =>
        orSilent(
          sql<Decision>`SELECT * FROM gate.vend(
          ${asked.map(({ purpose }) => purpose)}::text[],
          ${asked.map(({ keyHash }) => keyHash)}::bytea[],
          ${asked.map(({ slug }) => slug)}::text[],
          ${asked.map(({ user }) => claims(user))}::text[],
          ${asked.map(({ connection }) => connection ?? "")}::text[],
          ${asked.map(({ requestId }) => requestId)}::text[]
        )`.withoutTransform
        )

      // While one group is with the database, the answers of the other are being written; larger ones would not overlap.
      const decide = yield* inTurns({ turns: 2, atMost: 16 }, ask)

      return BindingRepo.of({
        decide: (question) =>
          Effect.withFiber((fiber) => orUnavailable(decide({ ...question, requestId: fiber.getRef(RequestId) }))),
        decideAll: (questions) =>
          Effect.withFiber((fiber) => {
            const requestId = fiber.getRef(RequestId)
            return orUnavailable(ask(questions.map((question) => ({ ...question, requestId }))))
          })
      })
    })
  )
}

/** Empty for nobody. */
const claims = Option.match({ onNone: () => "", onSome: claimsOf })
