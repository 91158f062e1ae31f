/**
 * A provider refused a token that was vended. Either there is another one by
 * now, or the upstream is asked for one, once for all who complain at a time.
 */
import { Context, Duration, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import { type BrokerError, RateLimited } from "@vendodev/domain/BrokerError"
import { BindingRepo, type Granted } from "../access/BindingRepo.ts"
import { keyUnknown } from "../access/keyRefusals.ts"
import { tokenFingerprint } from "../vault/tokenFingerprint.ts"
import { Vault } from "../vault/Vault.ts"
import type { Asked } from "./Asked.ts"
import { isOfKey, type KnownKey, refusalOf } from "./decisions.ts"
import { openSealed } from "./openSealed.ts"
import { TokenCache } from "./TokenCache.ts"

export interface Report {
  /** SHA-256 of the refused token, lower-case hex. */
  readonly fingerprint: string
  /** What the provider answered. */
  readonly status: number
}

/** `replaced`: ask again and get another token. `unchanged`: asking again brings the same one. */
export type ReportVerdict = "replaced" | "unchanged"

/** A token this young was just looked at: whoever complains now is answered from that. */
const justChecked = Duration.toMillis(Duration.seconds(10))

/** Enough for a tool whose token died; a storm of them says nothing new. */
const rate = { algorithm: "token-bucket", limit: 10, window: "1 minute" } as const

export class Reports extends Context.Service<
  Reports,
  {
    readonly judge: (asked: Asked, decision: KnownKey, report: Report) => Effect.Effect<ReportVerdict, BrokerError>
  }
>()("@vendodev/broker/Reports") {
  static readonly layer = Layer.effect(
    Reports,
    Effect.gen(function* () {
      const bindings = yield* BindingRepo
      const tokens = yield* TokenCache
      const vault = yield* Vault
      const limiter = yield* RateLimiter.make

      const limit = ({ key_id: key }: KnownKey) =>
        limiter.consume({ ...rate, key }).pipe(
          Effect.catchReason("RateLimiterError", "RateLimitExceeded", ({ retryAfter }) =>
            Effect.fail(
              new RateLimited({
                detail: "this key reports refused tokens too often; wait, and ask for the token again meanwhile",
                retry_after: Math.max(1, Math.ceil(Duration.toSeconds(retryAfter)))
              })
            )
          ),
          Effect.catchTag("RateLimiterError", Effect.die)
        )

      const isOther = (granted: Granted, { fingerprint }: Report) =>
        granted.secret_box === null
          ? Effect.succeed(true)
          : Effect.map(openSealed(vault, granted), (token) => tokenFingerprint(token) !== fingerprint)

      /** Asks the upstream, and compares with what is there then. */
      const recheck = Effect.fnUntraced(function* (
        { caller, question, slug }: Asked,
        granted: Granted,
        report: Report
      ) {
        const { connection_id: connection, secret_version: version } = granted
        yield* tokens.refresh({ keyHash: caller.keyHash, connection, version })
        const now = yield* bindings.decide(question)
        if (now.decision === "app_unknown") return yield* keyUnknown
        if (now.decision === "granted") return yield* isOther(now, report)
        const refusal = refusalOf(now, slug, undefined)
        return refusal === undefined ? false : yield* refusal
      })

      return Reports.of({
        judge: Effect.fn("Reports.judge")(function* (asked, decision, report) {
          const refusal = refusalOf(decision, asked.slug, asked.fault)
          if (refusal !== undefined && isOfKey(refusal)) return yield* refusal
          yield* limit(decision)
          if (refusal !== undefined) return yield* refusal
          if (decision.decision !== "granted") return yield* Effect.die(new Error(`undecided: ${decision.decision}`))
          if (decision.profile !== "composio_managed") return "unchanged"
          if (yield* isOther(decision, report)) return "replaced"
          // Forbidden is not expired: another token of the same account would be forbidden the same things.
          const isWorthAsking = report.status === 401 && (decision.age_ms === null || decision.age_ms > justChecked)
          return isWorthAsking && (yield* recheck(asked, decision, report)) ? "replaced" : "unchanged"
        })
      })
    })
  ).pipe(Layer.provide(RateLimiter.layerStoreMemory))
}
