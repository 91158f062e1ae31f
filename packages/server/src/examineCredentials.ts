/**
 * Where credentials that were pasted are tried at their providers: before the
 * transaction that would keep them, which waits for nobody outside.
 */
import { Effect, Option, type Redacted, Result } from "effect"
import { Examination } from "@vendodev/broker/connect/Examination"
import type { Found } from "@vendodev/broker/connect/Obtained"
import type { Examinations } from "@vendodev/broker/install/binding"
import { find } from "@vendodev/catalog/Catalog"
import type { ValidationFailed } from "@vendodev/domain/BrokerError"
import { takesCredential } from "@vendodev/domain/Profile"

export interface Pasted {
  /** Of the integration. */
  readonly slug: string
  readonly credential: Redacted.Redacted
}

type Said = Result.Result<Found, ValidationFailed>

export const makeCredentialExamination = Effect.gen(function* () {
  const { examine } = yield* Examination

  const examined = Effect.fnUntraced(function* ({ credential, slug }: Pasted, unverified: boolean) {
    const profile = Option.flatMap(find(slug), ({ profiles }) =>
      Option.fromUndefinedOr(profiles.find((profile) => takesCredential[profile]))
    )
    // What there is nothing to ask of is refused where it would be kept.
    if (Option.isNone(profile)) return Option.none<Found>()
    return yield* examine({
      slug,
      profile: profile.value,
      credential: Option.some(credential),
      account: Option.none(),
      unverified,
      choices: {}
    })
  })

  /** What the providers say of each, by slug. What one refuses is told with all else that is wrong. */
  return Effect.fnUntraced(function* (pasted: ReadonlyArray<Pasted>, { unverified }: { readonly unverified: boolean }) {
    const answers = yield* Effect.forEach(
      pasted,
      (one) =>
        examined(one, unverified).pipe(
          Effect.map(Option.map((found): Said => Result.succeed(found))),
          Effect.catchTag("validation_failed", (refused) => Effect.succeedSome<Said>(Result.fail(refused))),
          Effect.map((said) => [one.slug, said] as const)
        ),
      { concurrency: 4 }
    )
    const said: Examinations = new Map(
      answers.flatMap(([slug, said]) => (Option.isSome(said) ? [[slug, said.value] as const] : []))
    )
    return said
  })
})
