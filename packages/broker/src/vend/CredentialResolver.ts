/** The one question the broker answers: which token may the bearer of this key use for this integration? */
import { Context, Effect, Layer, Option, Redacted } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import {
  AppExpired,
  AppRevoked,
  AppUnknown,
  BindingMissing,
  ConnectionNeedsReauth,
  ConnectionRevoked,
  type BrokerError,
  IdentityInvalid,
  ProviderUnknown
} from "@vendodev/domain/BrokerError"
import { type ConnectionId, noSubject } from "@vendodev/domain/Ids"
import { BindingRepo, type Decision } from "../access/BindingRepo.ts"
import { AuditLog } from "../audit/AuditLog.ts"
import { isWellFormed } from "../vault/KeyFormat.ts"
import { Keyring } from "../vault/Keyring.ts"
import { ProfileDispatcher } from "./ProfileDispatcher.ts"

export interface VendRequest {
  /** The bearer key, if one was sent. */
  readonly key: Option.Option<Redacted.Redacted>
  /** What was asked for: a slug, or any text that could be one. */
  readonly slug: string
  /** `X-Vendo-User-JWT`, if it was sent. */
  readonly userJwt: Option.Option<Redacted.Redacted>
  /** `X-Vendo-Connection`: refuses whatever is bound when it is not this one. */
  readonly connection: Option.Option<ConnectionId>
}

export class CredentialResolver extends Context.Service<
  CredentialResolver,
  {
    /** A fresh token, after its audit record was written; or the first thing that is wrong. */
    readonly resolve: (request: VendRequest) => Effect.Effect<AccessToken, BrokerError>
  }
>()("@vendodev/broker/CredentialResolver") {
  static readonly layer = Layer.effect(
    CredentialResolver,
    Effect.gen(function* () {
      const keyring = yield* Keyring
      const bindings = yield* BindingRepo
      const profiles = yield* ProfileDispatcher
      const audit = yield* AuditLog

      const vend = Effect.fnUntraced(function* (
        request: VendRequest,
        decision: Exclude<Decision, { readonly decision: "app_unknown" }>,
        key: Redacted.Redacted
      ) {
        const { slug, userJwt } = request
        if (decision.decision === "app_revoked" || decision.decision === "app_expired") {
          return yield* refusals[decision.decision](slug)
        }
        // Sent but not verifiable: refused, and never answered from the deployment's own connections.
        if (Option.isSome(userJwt)) return yield* identityInvalid
        if (Option.isNone(Catalog.find(slug))) return yield* providerUnknown(slug)
        if (Option.isSome(request.connection) && request.connection.value !== decision.connection_id) {
          return yield* refusals.binding_missing(slug)
        }
        if (decision.decision !== "granted") return yield* refusals[decision.decision](slug)
        return yield* profiles.vend(decision, key)
      })

      return CredentialResolver.of({
        resolve: Effect.fn("CredentialResolver.resolve")(function* (request) {
          if (Option.isNone(request.key)) return yield* keyMissing
          const key = request.key.value
          if (!isWellFormed("vendo_sk_", Redacted.value(key))) return yield* keyUnknown
          const keyHash = keyring.hash(key)
          const decision = yield* bindings.decide({ keyHash, slug: request.slug, subject: noSubject })
          // A key nobody issued has no tenant, hence no log to be written to: it is counted, not recorded.
          if (decision.decision === "app_unknown") return yield* keyUnknown
          const outcome = yield* Effect.result(vend(request, decision, key))
          yield* audit.vended({
            keyHash,
            key: decision.key_id,
            app: decision.app_id,
            connection: decision.connection_id,
            integration: request.slug,
            outcome: outcome._tag === "Success" ? "granted" : outcome.failure._tag,
            secretVersion: decision.decision === "granted" ? String(decision.secret_version) : null
          })
          return yield* Effect.fromResult(outcome)
        })
      })
    })
  )
}

const keyMissing = Effect.fail(
  new AppUnknown({ detail: "send Authorization: Bearer <VENDO_API_KEY>", challenge: "none" })
)
const keyUnknown = Effect.fail(
  new AppUnknown({
    detail: "no such key; check VENDO_API_KEY for typos or issue a new one",
    challenge: "invalid_token"
  })
)
const identityInvalid = Effect.fail(
  new IdentityInvalid({
    detail: "this installation has no issuer of user tokens configured; leave X-Vendo-User-JWT out"
  })
)
const providerUnknown = (slug: string) =>
  Effect.fail(new ProviderUnknown({ detail: `there is no integration called ${slug}` }))

const refusals: Record<
  Exclude<Decision["decision"], "granted" | "app_unknown">,
  (slug: string) => Effect.Effect<never, BrokerError>
> = {
  app_revoked: () => Effect.fail(new AppRevoked({ detail: "this key was revoked; issue a new one" })),
  app_expired: () => Effect.fail(new AppExpired({ detail: "this key has expired; issue a new one" })),
  binding_missing: (slug) =>
    Effect.fail(new BindingMissing({ detail: `no connection for ${slug} is bound to this key; bind one first` })),
  connection_revoked: (slug) =>
    Effect.fail(new ConnectionRevoked({ detail: `the ${slug} connection was revoked; connect again and bind it` })),
  connection_needs_reauth: (slug) =>
    Effect.fail(new ConnectionNeedsReauth({ detail: `the ${slug} connection must be authorised again by its user` }))
}
