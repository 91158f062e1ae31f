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
    /** A fresh token, or the first thing that is wrong. Either is in the audit log when this answers. */
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

      const vend = (request: VendRequest, decision: KnownKey, key: Redacted.Redacted) => {
        const { slug, userJwt } = request
        if (decision.decision === "app_revoked" || decision.decision === "app_expired") {
          return refusals[decision.decision](slug)
        }
        // Sent but not verifiable: refused, and never answered from the deployment's own connections.
        if (Option.isSome(userJwt)) return identityInvalid
        if (Option.isNone(Catalog.find(slug))) return providerUnknown(slug)
        return decision.decision === "granted" ? profiles.vend(decision, key) : refusals[decision.decision](slug)
      }

      return CredentialResolver.of({
        resolve: (request) => {
          if (Option.isNone(request.key)) return keyMissing
          const key = request.key.value
          if (!isWellFormed("vendo_sk_", Redacted.value(key))) return keyUnknown
          const keyHash = keyring.hash(key)
          const question = {
            keyHash,
            // The key is judged before the user, but nothing is granted to a user nobody verified.
            slug: Option.isSome(request.userJwt) ? "" : request.slug,
            subject: noSubject,
            connection: Option.getOrNull(request.connection)
          }
          return Effect.flatMap(bindings.decide(question), (decision) => {
            // A key nobody issued has no tenant, hence no log to be written to.
            if (decision.decision === "app_unknown") return keyUnknown
            return Effect.tapError(vend(request, decision, key), ({ _tag: outcome }) =>
              audit.refused({
                keyHash,
                key: decision.key_id,
                app: decision.app_id,
                connection: decision.connection_id,
                integration: request.slug,
                outcome
              })
            )
          })
        }
      })
    })
  )
}

type KnownKey = Exclude<Decision, { readonly decision: "app_unknown" }>

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
