/** The one question the broker answers: which token may the bearer of this key use for this integration? */
import { Array, Context, Effect, Layer, Option, Redacted, Result } from "effect"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import { type BrokerError, UpstreamError } from "@vendodev/domain/BrokerError"
import type { ConnectionId } from "@vendodev/domain/Ids"
import { BindingRepo, type Purpose } from "../access/BindingRepo.ts"
import { keyMissing, keyUnknown } from "../access/keyRefusals.ts"
import { UserIdentity } from "../access/UserIdentity.ts"
import type { VerifiedUser } from "../access/VerifiedUser.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { isWellFormed } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import type { Asked, Caller } from "./Asked.ts"
import { PublicUrl, withConnectUrl } from "./connectUrl.ts"
import { isOfCaller, type KnownKey, refusalOf } from "./decisions.ts"
import { ProfileDispatcher } from "./ProfileDispatcher.ts"
import { type Report, type ReportVerdict, Reports } from "./Reports.ts"
import { TokenCache } from "./TokenCache.ts"
import * as TokenMetrics from "./TokenMetrics.ts"

/** Who asks. */
export interface Bearer {
  /** The bearer key, if one was sent. */
  readonly key: Option.Option<Redacted.Redacted>
  /** `X-Vendo-User-JWT`, if it was sent. */
  readonly userJwt: Option.Option<Redacted.Redacted>
  /** `X-Vendo-Connection`: refuses whatever is bound when it is not this one. */
  readonly connection: Option.Option<ConnectionId>
}

export interface VendRequest extends Bearer {
  /** What was asked for: a slug, or any text that could be one. */
  readonly slug: string
}

export class CredentialResolver extends Context.Service<
  CredentialResolver,
  {
    /** A fresh token, or the first thing that is wrong. Either is in the audit log when this answers. */
    readonly resolve: (request: VendRequest) => Effect.Effect<AccessToken, BrokerError>
    /**
     * The same for several slugs, in one round trip. Fails only where the caller as a whole is refused. A slug that is
     * given a connection gets that one or none, whatever was bound meanwhile.
     */
    readonly resolveAll: (
      bearer: Bearer,
      slugs: ReadonlyArray<string>,
      connections?: ReadonlyMap<string, ConnectionId>
    ) => Effect.Effect<ReadonlyArray<Result.Result<AccessToken, BrokerError>>, BrokerError>
    /** A provider refused a token that was vended: whether asking again brings another. */
    readonly report: (request: VendRequest, report: Report) => Effect.Effect<ReportVerdict, BrokerError>
  }
>()("@vendodev/broker/CredentialResolver") {
  static readonly layer = Layer.effect(
    CredentialResolver,
    Effect.gen(function* () {
      const keyring = yield* Keyring
      const bindings = yield* BindingRepo
      const identity = yield* UserIdentity
      const profiles = yield* ProfileDispatcher
      const tokens = yield* TokenCache
      const reports = yield* Reports
      const audit = yield* AuditLog
      const publicUrl = yield* PublicUrl

      /** The caller's key, before the database is asked for anything. */
      const callerOf = ({ key }: Bearer): Caller | undefined =>
        Option.isSome(key) && isWellFormed("vendo_sk_", Redacted.value(key.value))
          ? { key: key.value, keyHash: keyring.hash(key.value) }
          : undefined

      /** The key is judged before the user, so what is wrong with the user is kept until then. */
      const userOf = ({ userJwt }: Bearer): Effect.Effect<User> =>
        Option.isNone(userJwt)
          ? nobody
          : Effect.match(identity.verify(userJwt.value), {
              onFailure: (fault): User => ({ user: Option.none(), fault }),
              onSuccess: (user): User => ({ user: Option.some(user), fault: undefined })
            })

      const askedOf = (
        purpose: Purpose,
        caller: Caller,
        bearer: Bearer,
        { fault, user }: User,
        slug: string
      ): Asked => ({
        caller,
        slug,
        fault,
        question: {
          purpose,
          keyHash: caller.keyHash,
          // Nothing is granted to a user nobody verified.
          slug: fault === undefined ? slug : "",
          user,
          connection: Option.getOrNull(bearer.connection)
        }
      })

      /** A refresh failed. What is still valid is served all the same, and says why it is not fresh. */
      const lastResort = (asked: Asked, error: BrokerError): Effect.Effect<AccessToken, BrokerError> =>
        error._tag !== "upstream_error"
          ? Effect.fail(error)
          : Effect.flatMap(bindings.decide({ ...asked.question, purpose: "vend_stale" }), (decision) => {
              if (decision.decision === "app_unknown") return Effect.fail(keyUnknown)
              if (decision.decision === "stale") return Effect.fail(error)
              if (decision.decision !== "granted")
                return Effect.fail(refusalOf(decision, asked.slug, undefined) ?? error)
              return Effect.andThen(
                TokenMetrics.servedStale,
                Effect.map(profiles.vend(decision, asked.caller), (token) => ({ ...token, warning: error._tag }))
              )
            })

      const serve = (asked: Asked, decision: KnownKey, refreshes: number): Effect.Effect<AccessToken, BrokerError> => {
        const refusal = refusalOf(decision, asked.slug, asked.fault)
        if (refusal !== undefined) return Effect.fail(refusal)
        if (decision.decision === "granted") return profiles.vend(decision, asked.caller)
        if (decision.decision !== "stale") return Effect.die(new Error(`undecided: ${decision.decision}`))
        const { connection_id: connection, secret_version: version } = decision
        return Effect.matchEffect(tokens.refresh({ keyHash: asked.caller.keyHash, connection, version }), {
          onFailure: (error) => lastResort(asked, error),
          // Asked again, and not served from the refresh: what was revoked meanwhile stays revoked.
          onSuccess: () =>
            refreshes === 0
              ? lastResort(asked, neverFresh)
              : Effect.flatMap(bindings.decide(asked.question), (again) =>
                  again.decision === "app_unknown" ? Effect.fail(keyUnknown) : serve(asked, again, refreshes - 1)
                )
        })
      }

      /** A refusal is recorded for the tenant whose key it was, before it is told. */
      const recorded =
        (asked: Asked, decision: KnownKey) =>
        <A>(answer: Effect.Effect<A, BrokerError>): Effect.Effect<A, BrokerError> =>
          answer.pipe(
            Effect.tapError(({ _tag: outcome }) =>
              audit.refused({
                keyHash: asked.caller.keyHash,
                key: decision.key_id,
                app: decision.app_id,
                connection: decision.connection_id,
                integration: asked.slug,
                outcome
              })
            ),
            Effect.mapError(withConnectUrl(publicUrl, asked.slug))
          )

      /** Judges one request and records what refuses it. A key nobody issued has no log to be written to. */
      const asking = <A>(
        request: VendRequest,
        purpose: Purpose,
        answer: (asked: Asked, decision: KnownKey) => Effect.Effect<A, BrokerError>
      ): Effect.Effect<A, BrokerError> => {
        const caller = callerOf(request)
        if (caller === undefined) return noCaller(request)
        return Effect.flatMap(userOf(request), (user) => {
          const asked = askedOf(purpose, caller, request, user, request.slug)
          return Effect.flatMap(bindings.decide(asked.question), (decision) =>
            decision.decision === "app_unknown"
              ? Effect.fail(keyUnknown)
              : recorded(asked, decision)(answer(asked, decision))
          )
        })
      }

      const vend = (asked: Asked, decision: KnownKey) => serve(asked, decision, mostRefreshes)

      return CredentialResolver.of({
        resolve: (request) => asking(request, "vend", vend),
        report: (request, report) =>
          asking(request, "report", (asked, decision) => reports.judge(asked, decision, report)),
        resolveAll: Effect.fn("CredentialResolver.resolveAll")(function* (bearer, slugs, connections) {
          const only = (slug: string) =>
            Option.orElse(bearer.connection, () => Option.fromUndefinedOr(connections?.get(slug)))
          const caller = callerOf(bearer)
          if (caller === undefined) return yield* noCaller(bearer)
          const user = yield* userOf(bearer)
          const all = slugs.map((slug) => askedOf("vend", caller, { ...bearer, connection: only(slug) }, user, slug))
          const decisions = yield* bindings.decideAll(all.map(({ question }) => question))
          const answers = yield* Effect.forEach(
            Array.zip(all, decisions),
            ([asked, decision]) =>
              decision.decision === "app_unknown"
                ? Effect.succeed(Result.fail(keyUnknown))
                : Effect.result(recorded(asked, decision)(vend(asked, decision))),
            { concurrency: "unbounded" }
          )
          const ofCaller = Array.findFirst(Array.getFailures(answers), isOfCaller)
          return Option.isSome(ofCaller) ? yield* Effect.fail(ofCaller.value) : answers
        })
      })
    })
  )
}

interface User {
  readonly user: Option.Option<VerifiedUser>
  readonly fault: BrokerError | undefined
}

const nobody: Effect.Effect<User> = Effect.succeed({ user: Option.none(), fault: undefined })

const noCaller = ({ key }: Bearer) => Effect.fail(Option.isNone(key) ? keyMissing : keyUnknown)

/** A token that is used up before its waiters come to it is fetched again, but not for ever. */
const mostRefreshes = 3

const neverFresh = new UpstreamError({
  detail: "the provider gives tokens that are used up on arrival; retry in a moment",
  retry_after: 2
})
