/** Looks at a credential or an account before it is stored, for who connects it without the page. */
import { Context, Effect, Layer, Option, type Redacted } from "effect"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { UpstreamError, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { ComposioAccountId } from "@vendodev/domain/Ids"
import { type Profile, takesCredential } from "@vendodev/domain/Profile"
import { makeComposioLink } from "./composioLink.ts"
import { type Choices, decide, type Found } from "./Obtained.ts"
import { makePaste } from "./paste.ts"

export interface Examined {
  readonly slug: string
  readonly profile: Profile
  readonly credential: Option.Option<Redacted.Redacted>
  readonly account: Option.Option<ComposioAccountId>
  /** Whether it is kept, and marked, when the provider does not answer. */
  readonly unverified: boolean
  readonly choices: Choices
}

export class Examination extends Context.Service<
  Examination,
  {
    /** What the provider says of it. Nothing, where there is nothing to look at, which is refused elsewhere. */
    readonly examine: (examined: Examined) => Effect.Effect<Option.Option<Found>, ValidationFailed | UpstreamError>
  }
>()("@vendodev/broker/Examination") {
  static readonly layer = Layer.effect(
    Examination,
    Effect.gen(function* () {
      const paste = yield* makePaste
      const composio = yield* makeComposioLink

      return Examination.of({
        examine: Effect.fn("Examination.examine")(function* (examined) {
          const { account, choices, credential, profile, slug, unverified } = examined
          const integration = Catalog.find(slug)
          if (Option.isNone(integration) || !integration.value.profiles.includes(profile)) return Option.none()
          const { value } = integration
          // What signs messages to us is a secret of the provider's, and none that opens anything there.
          if (profile === "webhook_inbound") return Option.none()
          if (takesCredential[profile]) {
            const obtained = yield* paste({ integration: value, profile, credential, unverified })
            return Option.some(yield* Effect.fromResult(decide(value, obtained, choices)))
          }
          if (profile !== "composio_managed" || Option.isNone(account)) return Option.none()
          const obtained = yield* composio.examine(value, account.value)
          return Option.some(yield* Effect.fromResult(decide(value, obtained, choices)))
        })
      })
    })
  )
}
