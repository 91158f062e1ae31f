/** A key that somebody pasted: looked at, then tried. */
import { Effect, Option, type Redacted } from "effect"
import type { Integration } from "@vendodev/catalog/Integration"
import { misfit } from "@vendodev/catalog/keyShape"
import { UpstreamError, ValidationFailed } from "@vendodev/domain/BrokerError"
import type { Profile } from "@vendodev/domain/Profile"
import { readCredential } from "../manage/credentialRules.ts"
import { type Account, type Candidates, type KeyRefused, Providers } from "../upstream/Providers.ts"
import { type Obtained, ownerOf } from "./Obtained.ts"

export interface Pasted {
  readonly integration: Integration
  readonly profile: Profile
  readonly credential: Option.Option<Redacted.Redacted>
  /** Whether it is kept, and marked, when the provider does not answer. One that the provider refuses never is. */
  readonly unverified: boolean
}

const nobody: Account = { id: Option.none(), name: Option.none() }

/** What the account is about, as far as the provider tells: that it does not is no reason not to connect. */
export const contextOf = <E>({ context }: Integration, asked: Effect.Effect<ReadonlyArray<Candidates>, E>) =>
  Effect.map(
    Effect.orElseSucceed(asked, () => []),
    (all) =>
      context.flatMap(({ discover, field }) =>
        discover === undefined
          ? []
          : [all.find((each) => each.field === field) ?? ({ field, candidates: [] } satisfies Candidates)]
      )
  )

/** A key of another shape may be good, so its shape is only spoken of when the provider did not take it. */
const hinted = ({ integration }: Pasted, secret: Redacted.Redacted, detail: string) =>
  new ValidationFailed({
    field: "credential",
    detail: Option.match(misfit(integration, secret), {
      onNone: () => `${detail}; check what was copied`,
      onSome: (hint) => `${detail}; ${hint}`
    })
  })

const silent = ({ detail, ...rest }: UpstreamError) =>
  new UpstreamError({
    ...rest,
    detail: `${detail}, so it is not known whether the key is good; try again, or keep it unverified`
  })

export const makePaste = Effect.map(Providers, (providers) =>
  Effect.fn("paste")(function* (pasted: Pasted): Effect.fn.Return<Obtained, ValidationFailed | UpstreamError> {
    const { integration, profile, unverified } = pasted
    const read = yield* readCredential(integration, profile, pasted.credential)
    if (Option.isNone(read)) {
      return yield* new ValidationFailed({
        field: "credential",
        detail: `connections of profile ${profile} take no credential`
      })
    }
    const secret = read.value
    const answered = yield* providers.whoami(integration, secret).pipe(
      Effect.map((account) => ({ account, answered: true })),
      Effect.catchTags({
        KeyRefused: ({ detail }: KeyRefused) => Effect.fail(hinted(pasted, secret, detail)),
        upstream_error: (error) =>
          unverified ? Effect.succeed({ account: nobody, answered: false }) : Effect.fail(silent(error))
      })
    )
    const asked = answered.answered ? providers.discover(integration, secret) : Effect.succeed([])
    return {
      profile,
      secret,
      account: null,
      owner: ownerOf(answered.account),
      context: yield* contextOf(integration, asked),
      unverified: !answered.answered
    }
  })
)
