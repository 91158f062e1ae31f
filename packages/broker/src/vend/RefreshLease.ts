/**
 * Who may ask an upstream for a token. One process at a time holds the lease of
 * a connection, and says so again while the upstream takes its time; one that
 * dies, or is stopped, is overtaken, and its epoch no longer writes anything.
 * No database connection is held meanwhile.
 */
import { Context, DateTime, Duration, Effect, Layer, Option } from "effect"
import { SqlClient } from "effect/sql"
import type { ErrorCode, Unavailable } from "@vendodev/domain/BrokerError"
import type { ComposioAccountId, ConnectionId, TenantId } from "@vendodev/domain/Ids"
import { RequestId } from "@vendodev/domain/RequestId"
import { orOutOfReach } from "../database/orUnavailable.ts"
import type { UpstreamRefusal } from "../upstream/UpstreamRefusal.ts"
import type { UpstreamToken } from "../upstream/UpstreamToken.ts"
import type { DataKeyRow } from "../vault/Vault.ts"

/** The token to replace: of which connection, and which of the ones it has held. */
export interface Ask {
  /** Decides whose connection it is: the tenant of the key. */
  readonly keyHash: Uint8Array
  readonly connection: ConnectionId
  readonly version: bigint
}

/** The sealed token that is to be replaced. */
export interface OldBox {
  readonly box: Uint8Array
  readonly dataKey: DataKeyRow
  readonly validFor: Option.Option<Duration.Duration>
  readonly age: Duration.Duration
}

export interface Lease extends Ask {
  readonly tenant: TenantId
  readonly epoch: bigint
  readonly account: Option.Option<ComposioAccountId>
  /** The data key the new token is sealed under. */
  readonly dataKey: DataKeyRow
  readonly old: Option.Option<OldBox>
}

export interface RefreshFailure {
  readonly code: ErrorCode
  readonly detail: string
  readonly retryAfter: Duration.Duration
}

/** What becomes of a wish to refresh. */
export type Taken =
  | { readonly outcome: "taken"; readonly lease: Lease }
  /** It failed lately, and is left alone for a while. */
  | { readonly outcome: "resting"; readonly failure: RefreshFailure }
  /** Somebody else holds it; there is another token by now; or no connection that could have one. */
  | { readonly outcome: "held" | "replaced" | "gone" }

export interface Sealed {
  readonly box: Uint8Array
  /** Keyed, and the same for the same token. */
  readonly fingerprint: Uint8Array
  readonly token: UpstreamToken
  /** When a connection in use asks for the next one ahead of time. */
  readonly renewIn: Option.Option<Duration.Duration>
}

/** What is said to those who waited, and what a held-back flip is called instead. */
export interface Failed {
  readonly refusal: UpstreamRefusal
  readonly code: ErrorCode
  readonly heldBack: string
}

export class RefreshLease extends Context.Service<
  RefreshLease,
  {
    readonly take: (ask: Ask) => Effect.Effect<Taken, Unavailable>
    /** False when it was lost. */
    readonly extend: (lease: Lease) => Effect.Effect<boolean, Unavailable>
    /**
     * `kept`: the token is durable. Nothing was kept when the lease was `lost`, or
     * when this is the token of another account; then the lease is still held.
     */
    readonly complete: (lease: Lease, sealed: Sealed) => Effect.Effect<"kept" | "lost" | "anothers", Unavailable>
    /** What it did to the connection; none when the lease was lost, and nothing was done. */
    readonly fail: (
      lease: Lease,
      failed: Failed
    ) => Effect.Effect<Option.Option<{ readonly flipped: boolean; readonly wait: Duration.Duration }>, Unavailable>
  }
>()("@vendodev/broker/RefreshLease") {
  static readonly layer = Layer.effect(
    RefreshLease,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient

      return RefreshLease.of({
        take: Effect.fn("RefreshLease.take")(function* (ask) {
          const [row] = yield* orOutOfReach(
            sql<LeaseRow>`SELECT * FROM gate.take_lease(${ask.keyHash}, ${ask.connection}, ${ask.version})`
              .withoutTransform
          )
          return row === undefined ? { outcome: "gone" } : takenOf(ask, row)
        }),
        extend: Effect.fn("RefreshLease.extend")(function* ({ connection, epoch, keyHash }) {
          const [row] = yield* orOutOfReach(sql<{ readonly extended: boolean }>`
            SELECT gate.extend_lease(${keyHash}, ${connection}, ${epoch}) AS extended
          `)
          return row?.extended === true
        }),
        complete: Effect.fn("RefreshLease.complete")(function* (lease, { box, fingerprint, renewIn, token }) {
          const [row] = yield* orOutOfReach(sql<{ readonly completed: "kept" | "lost" | "anothers" }>`
            SELECT gate.complete_lease(${lease.keyHash}, ${lease.connection}, ${lease.epoch}, ${box},
              ${lease.dataKey.version}, ${fingerprint}, ${orNull(token.expiresAt, DateTime.toEpochMillis)}::float8,
              ${orNull(token.validFor, Duration.toMillis)}::float8, ${Duration.toMillis(token.freshFor)}::float8,
              ${orNull(renewIn, Duration.toMillis)}::float8, ${yield* RequestId}) AS completed
          `)
          return row?.completed ?? "lost"
        }),
        fail: Effect.fn("RefreshLease.fail")(function* (lease, { code, heldBack, refusal }) {
          const { detail, retryAfter, verdict } = refusal
          const [row] = yield* orOutOfReach(sql<{ readonly flipped: boolean; readonly wait_ms: number }>`
            SELECT * FROM gate.fail_lease(${lease.keyHash}, ${lease.connection}, ${lease.epoch}, ${verdict}, ${code},
              ${detail}, ${heldBack}, ${retryAfter === undefined ? null : Duration.toMillis(retryAfter)}::float8,
              ${yield* RequestId})
          `)
          return Option.map(Option.fromUndefinedOr(row), ({ flipped, wait_ms: wait }) => ({
            flipped,
            wait: Duration.millis(wait)
          }))
        })
      })
    })
  )
}

interface LeaseRow {
  readonly outcome: Taken["outcome"]
  readonly tenant_id: TenantId
  readonly epoch: bigint
  readonly wait_ms: number
  readonly failure_code: ErrorCode | null
  readonly failure_detail: string | null
  readonly account: ComposioAccountId | null
  readonly dek_version: number
  readonly kek_id: string
  readonly wrapped: Uint8Array
  readonly old_box: Uint8Array | null
  readonly old_version: number | null
  readonly old_kek_id: string | null
  readonly old_wrapped: Uint8Array | null
  readonly old_valid_ms: number | null
  readonly old_age_ms: number | null
}

const orNull = <A>(option: Option.Option<A>, f: (value: A) => number): number | null =>
  Option.getOrNull(Option.map(option, f))

const takenOf = (ask: Ask, row: LeaseRow): Taken => {
  switch (row.outcome) {
    case "held":
    case "gone":
    case "replaced":
      return { outcome: row.outcome }
    case "resting": {
      const { failure_code: code, failure_detail: detail, wait_ms: wait } = row
      const failure = { code: code ?? "upstream_error", detail: detail ?? "", retryAfter: Duration.millis(wait) }
      return { outcome: "resting", failure }
    }
    case "taken": {
      const { account, dek_version: version, epoch, kek_id: kekId, tenant_id: tenant, wrapped } = row
      const dataKey = { version, kekId, wrapped }
      const lease = { ...ask, tenant, epoch, account: Option.fromNullOr(account), dataKey, old: oldOf(row) }
      return { outcome: "taken", lease }
    }
  }
}

const oldOf = ({
  old_age_ms: age,
  old_box: box,
  old_kek_id: kekId,
  old_valid_ms: valid,
  old_version: version,
  old_wrapped: wrapped
}: LeaseRow): Option.Option<OldBox> =>
  box === null || version === null || kekId === null || wrapped === null
    ? Option.none()
    : Option.some({
        box,
        dataKey: { version, kekId, wrapped },
        validFor: Option.map(Option.fromNullOr(valid), Duration.millis),
        age: Duration.millis(age ?? 0)
      })
