/** One attempt to tell an upstream that a connection ended, and what it came to. Nothing an upstream says is kept. */
import { Duration, Effect, Option, type Redacted } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import type { UpstreamError } from "@vendodev/domain/BrokerError"
import type { RevocationCode } from "@vendodev/domain/Revocation"
import { ConnectSettings } from "../connect/ConnectSettings.ts"
import { ComposioClient } from "../upstream/ComposioClient.ts"
import { Providers } from "../upstream/Providers.ts"
import type { UpstreamRefusal } from "../upstream/UpstreamRefusal.ts"
import { Vault } from "../vault/Vault.ts"
import type { Claim, Settlement } from "./RevocationClaims.ts"
import { placeOf } from "./Revocations.ts"

/** What an attempt came to, before it is known how long to wait. */
export interface Outcome extends Omit<Settlement, "wait"> {
  readonly retryAfter: Option.Option<Duration.Duration>
}

const come = (outcome: Settlement["outcome"], code: RevocationCode): Outcome => ({
  outcome,
  code: Option.some(code),
  retryAfter: Option.none()
})

export const confirmed = come("done", "confirmed")
export const interrupted = come("retry", "interrupted")
export const failed = come("retry", "failed")
export const tooSlow = come("retry", "upstream_error")
const notConfigured = come("retry", "not_configured")
const unreadable = come("impossible", "unreadable")

const refused = ({ retryAfter }: UpstreamRefusal): Outcome => ({
  ...come("retry", "upstream_error"),
  retryAfter: Option.fromUndefinedOr(retryAfter)
})
const erred = ({ retry_after }: UpstreamError): Outcome => ({
  ...come("retry", "upstream_error"),
  retryAfter: Option.map(Option.fromUndefinedOr(retry_after), Duration.seconds)
})

/** What needs no telling. */
const settled: Record<Exclude<Claim["verdict"], "send">, Outcome> = {
  in_use: come("done", "in_use"),
  overdue: { outcome: "impossible", code: Option.none(), retryAfter: Option.none() }
}

export const makeTelling = Effect.gen(function* () {
  const vault = yield* Vault
  const composio = yield* ComposioClient
  const providers = yield* Providers
  const { oauthClient } = yield* ConnectSettings

  const outcomeOf = <E>(telling: Effect.Effect<void, E>, onFailure: (error: E) => Outcome) =>
    Effect.match(telling, { onFailure, onSuccess: () => confirmed })

  /** A token of an installed app by the app itself, where the provider ends it so; else with the credential alone. */
  const withCredential = (integration: Integration, { profile }: Claim, credential: Redacted.Redacted) => {
    const endsTokens = profile === "oauth_app_install" && integration.oauth?.revokeUrl !== undefined
    if (!endsTokens) return outcomeOf(providers.revoke(integration, credential), erred)
    return Option.match(oauthClient(integration.slug), {
      onNone: () => Effect.succeed(notConfigured),
      onSome: (client) => outcomeOf(providers.revokeToken(integration, client, credential), erred)
    })
  }

  const opened = ({ credential, revocation, tenant }: Claim) =>
    Effect.flatMap(Effect.fromOption(credential), ({ box, dataKey }) =>
      vault.open({ ...placeOf(revocation), tenant }, dataKey, box)
    )

  return Effect.fn("telling")(function* (claim: Claim): Effect.fn.Return<Outcome> {
    yield* Effect.annotateCurrentSpan({ integration: claim.integration, attempt: claim.attempt })
    if (claim.verdict !== "send") return settled[claim.verdict]
    if (Option.isSome(claim.account)) {
      return composio.configured ? yield* outcomeOf(composio.end(claim.account.value), refused) : notConfigured
    }
    const integration = Catalog.find(claim.integration)
    if (Option.isNone(integration)) return notConfigured
    return yield* Effect.matchEffect(opened(claim), {
      // Another process may have the key; nobody opens what is broken.
      onFailure: (error) =>
        Effect.succeed(error._tag === "KeyUnavailable" ? come("retry", "key_unavailable") : unreadable),
      onSuccess: (credential) => withCredential(integration.value, claim, credential)
    })
  })
})
