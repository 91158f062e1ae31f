/** From how a credential is held to how it is vended. */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import { ProfileUnsupported, Unavailable } from "@vendodev/domain/BrokerError"
import type { Profile } from "@vendodev/domain/Profile"
import type { Granted } from "../access/BindingRepo.ts"
import { Vault } from "../vault/Vault.ts"

type Failure = ProfileUnsupported | Unavailable

/** One way of vending: from what was granted, and the key that asked, to a token. */
type Vend = (granted: Granted, key: Redacted.Redacted) => Effect.Effect<AccessToken, Failure>

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

      // Neither cached nor expiring: opened on every call, so that a revoked one is never at hand.
      const openSealed: Vend = (granted) => {
        const { connection_id: connection, dek_version: version, kek_id: kekId, secret_box: box, wrapped } = granted
        if (version === null || kekId === null || wrapped === null || box === null) {
          return sealedAway("no sealed credential or data key", connection)
        }
        const place = { tenant: granted.tenant_id, connection, secretVersion: String(granted.secret_version) }
        return Effect.matchEffect(vault.open(place, { version, kekId, wrapped }, box), {
          onSuccess: withoutExpiry,
          onFailure: (error) => sealedAway(error.message, connection)
        })
      }

      const callersKey: Vend = (_granted, key) => withoutExpiry(key)

      const unsupported: Vend = (granted) =>
        Effect.fail(new ProfileUnsupported({ detail: `connections of profile ${granted.profile} can not be vended` }))

      // Exhaustive by type: a new profile does not compile until it is dispatched.
      const table: Record<Profile, Vend> = {
        byok_static: openSealed,
        oauth_app_install: openSealed,
        vendo_managed_pool: callersKey,
        composio_managed: unsupported,
        user_oauth: unsupported,
        webhook_inbound: unsupported
      }

      return ProfileDispatcher.of({ vend: (granted, key) => table[granted.profile](granted, key) })
    })
  )
}

const withoutExpiry = (token: Redacted.Redacted): Effect.Effect<AccessToken> =>
  Effect.succeed({ token, expiresAt: Option.none(), tokenType: "Bearer" })

/** The credential is there but can not be opened: the operator's to mend, and never a reason to ask the user again. */
const sealedAway = (reason: string, connection: string) =>
  Effect.andThen(
    Effect.logError(`a credential can not be opened: ${reason}`).pipe(Effect.annotateLogs({ connection })),
    Effect.fail(
      new Unavailable({ detail: "this credential can not be opened at the moment; the log says why", retry_after: 60 })
    )
  )
