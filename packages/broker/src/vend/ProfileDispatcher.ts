/** From how a credential is held to how it is vended. */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import { ProfileUnsupported, type Unavailable } from "@vendodev/domain/BrokerError"
import type { Profile } from "@vendodev/domain/Profile"
import type { Granted } from "../access/BindingRepo.ts"
import { Vault } from "../vault/Vault.ts"
import type { Caller } from "./Asked.ts"
import { openSealed } from "./openSealed.ts"
import { TokenCache } from "./TokenCache.ts"

type Failure = ProfileUnsupported | Unavailable

/** One way of vending: from what was granted, and who asks, to a token. */
type Vend = (granted: Granted, caller: Caller) => Effect.Effect<AccessToken, Failure>

export class ProfileDispatcher extends Context.Service<
  ProfileDispatcher,
  {
    readonly vend: Vend
  }
>()("@vendodev/broker/ProfileDispatcher") {
  static readonly layer = Layer.effect(
    ProfileDispatcher,
    Effect.gen(function* () {
      const vault = yield* Vault
      const tokens = yield* TokenCache

      // Neither cached nor expiring: opened on every call, so that a revoked one is never at hand.
      const sealed: Vend = (granted) => Effect.map(openSealed(vault, granted), withoutExpiry)

      const callersKey: Vend = (_granted, { key }) => Effect.succeed(withoutExpiry(key))

      const refreshed: Vend = (granted, { keyHash }) => tokens.read(granted, keyHash)

      const unsupported: Vend = (granted) =>
        Effect.fail(new ProfileUnsupported({ detail: `connections of profile ${granted.profile} can not be vended` }))

      // Exhaustive by type: a new profile does not compile until it is dispatched.
      const table: Record<Profile, Vend> = {
        byok_static: sealed,
        oauth_app_install: sealed,
        vendo_managed_pool: callersKey,
        composio_managed: refreshed,
        user_oauth: unsupported,
        webhook_inbound: unsupported
      }

      return ProfileDispatcher.of({ vend: (granted, caller) => table[granted.profile](granted, caller) })
    })
  )
}

const withoutExpiry = (token: Redacted.Redacted): AccessToken => ({
  token,
  expiresAt: Option.none(),
  tokenType: "Bearer"
})
