/**
 * The queue of revocations, from the side of who tells upstreams: one claim is
 * one revocation of one tenant, for one attempt. It enters no tenant, and what
 * it holds is all there is to be known. Times are the database's own.
 */
import { Context, Duration, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { Unavailable } from "@vendodev/domain/BrokerError"
import type { ComposioAccountId, IntegrationSlug, RevocationId, TenantId } from "@vendodev/domain/Ids"
import type { Profile } from "@vendodev/domain/Profile"
import type { RevocationCode, RevocationState } from "@vendodev/domain/Revocation"
import { orOutOfReach } from "../database/orUnavailable.ts"
import type { DataKeyRow } from "../vault/Vault.ts"

/** Longer than any attempt takes. Who has not answered by then has died, and another takes over. */
export const lease = Duration.seconds(60)

export interface SealedCredential {
  readonly box: Uint8Array
  readonly dataKey: DataKeyRow
}

export interface Claim {
  readonly tenant: TenantId
  readonly revocation: RevocationId
  /** Counted from 1; of another attempt than this, nothing is settled any more. */
  readonly attempt: number
  readonly integration: IntegrationSlug
  readonly profile: Profile
  /** `in_use`: somebody connected the same again. `overdue`: the time for telling is over. Neither holds anything to tell with. */
  readonly verdict: "send" | "in_use" | "overdue"
  readonly account: Option.Option<ComposioAccountId>
  readonly credential: Option.Option<SealedCredential>
}

export interface Settlement {
  /** `impossible`: it will never be told. */
  readonly outcome: "done" | "retry" | "impossible"
  /** None keeps what the last attempt came to. */
  readonly code: Option.Option<RevocationCode>
  /** Before the next attempt. */
  readonly wait: Duration.Duration
}

/** A claim, or how long there will be none, if nothing is queued meanwhile. */
export type Taken = { readonly claim: Claim } | { readonly nextIn: Option.Option<Duration.Duration> }

export class RevocationClaims extends Context.Service<
  RevocationClaims,
  {
    /** What has been due for longest. */
    readonly take: Effect.Effect<Taken, Unavailable>
    /** What became of it; none when somebody else had taken it over, and nothing was changed. */
    readonly settle: (
      claim: Claim,
      settlement: Settlement
    ) => Effect.Effect<Option.Option<RevocationState>, Unavailable>
  }
>()("@vendodev/broker/RevocationClaims") {
  static readonly layer = Layer.effect(
    RevocationClaims,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      return RevocationClaims.of({
        take: Effect.gen(function* () {
          const [row] = yield* orOutOfReach(
            sql<ClaimRow>`SELECT * FROM gate.claim_revocation(${Duration.toMillis(lease)}::float8)`
          )
          return row === undefined ? { nextIn: Option.none() } : takenOf(row)
        }).pipe(Effect.withSpan("RevocationClaims.take")),
        settle: Effect.fn("RevocationClaims.settle")(function* (
          { attempt, revocation, tenant },
          { code, outcome, wait }
        ) {
          const [row] = yield* orOutOfReach(sql<{ readonly state: RevocationState | null }>`
            SELECT gate.settle_revocation(${tenant}, ${revocation}, ${attempt}::int, ${outcome}, ${Option.getOrNull(code)},
              ${Duration.toMillis(wait)}::float8) AS state
          `)
          return Option.fromNullishOr(row?.state)
        })
      })
    })
  )
}

type ClaimRow =
  | { readonly verdict: "none"; readonly wait_ms: number | null }
  | {
      readonly verdict: Claim["verdict"]
      readonly tenant_id: TenantId
      readonly revocation: RevocationId
      readonly attempt: number
      readonly integration: IntegrationSlug
      readonly profile: Profile
      readonly account: ComposioAccountId | null
      readonly dek_version: number | null
      readonly kek_id: string | null
      readonly wrapped: Uint8Array | null
      readonly secret_box: Uint8Array | null
    }

const takenOf = (row: ClaimRow): Taken => {
  if (row.verdict === "none") return { nextIn: Option.map(Option.fromNullOr(row.wait_ms), Duration.millis) }
  const { attempt, dek_version: version, integration, kek_id: kekId, profile, revocation, verdict, wrapped } = row
  const sealed = row.secret_box !== null && version !== null && kekId !== null && wrapped !== null
  return {
    claim: {
      tenant: row.tenant_id,
      revocation,
      attempt,
      integration,
      profile,
      verdict,
      account: Option.fromNullOr(row.account),
      credential: sealed ? Option.some({ box: row.secret_box, dataKey: { version, kekId, wrapped } }) : Option.none()
    }
  }
}
