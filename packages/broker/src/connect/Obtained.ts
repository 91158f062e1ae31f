/** What a way of connecting comes back with, whichever it was, and what is kept of it beside the credential. */
import { Array, Option, type Redacted, Result, Schema } from "effect"
import type { Integration } from "@vendodev/catalog/Integration"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { ComposioAccountId } from "@vendodev/domain/Ids"
import { Profile } from "@vendodev/domain/Profile"

const Nullable = Schema.NullOr(Schema.String)

const Owner = Schema.Struct({
  /** The same for every credential of the account. */
  id: Nullable,
  /** For people. */
  name: Nullable
})
/** Whose account it is at the provider, as far as that is known. */
export type Owner = typeof Owner.Type

export const nobody: Owner = { id: null, name: null }

const Candidate = Schema.Struct({ value: Schema.String, label: Schema.String })
const Candidates = Schema.Struct({ field: Schema.String, candidates: Schema.Array(Candidate) })

export const Obtained = Schema.Struct({
  profile: Profile,
  /** None where the credential is held elsewhere. */
  secret: Schema.NullOr(Schema.RedactedFromValue(Schema.String)),
  account: Schema.NullOr(ComposioAccountId),
  owner: Owner,
  /** One entry for each field that could be found; empty where the provider had nothing to say. */
  context: Schema.Array(Candidates),
  /** Whether nobody could say that it is good. */
  unverified: Schema.Boolean
})
export type Obtained = typeof Obtained.Type

/** Values by field. */
export const Choices = Schema.Record(Schema.String, Schema.String)
export type Choices = typeof Choices.Type

/** What is found out about an account, as it is kept in the metadata of its connection. */
export interface Found {
  readonly owner: Owner
  readonly context: Choices
  readonly missing: ReadonlyArray<string>
  readonly unverified: boolean
}

/** Those of several that nobody has chosen from. */
export const undecided = ({ context }: Obtained, choices: Choices) =>
  context.filter(({ candidates, field }) => candidates.length > 1 && !Object.hasOwn(choices, field))

/**
 * The one there is, or the one that was chosen. A choice that is none of them is refused, and so is one of a field that
 * is not asked for.
 */
export const decide = (
  { name }: Integration,
  { context, owner, unverified }: Obtained,
  choices: Choices
): Result.Result<Found, ValidationFailed> => {
  const invalid = (field: string, detail: string) => Result.fail(new ValidationFailed({ field, detail }))
  const isStrange = Object.keys(choices).some((field) => !context.some((each) => each.field === field))
  if (isStrange) return invalid("context", `${name} has no such context to choose`)
  const decided: Record<string, string> = {}
  for (const { candidates, field } of context) {
    const [only, ...others] = candidates
    const chosen = Object.hasOwn(choices, field) ? choices[field] : others.length === 0 ? only?.value : undefined
    if (chosen === undefined && candidates.length > 1) {
      return invalid(`context.${field}`, `there are several to choose from: ${Array.map(candidates, shown).join(", ")}`)
    }
    if (chosen === undefined) continue
    if (!candidates.some(({ value }) => value === chosen)) {
      return invalid(
        `context.${field}`,
        `this is none of what ${name} says it can be: ${Array.map(candidates, shown).join(", ")}`
      )
    }
    decided[field] = chosen
  }
  const missing = context.filter(({ field }) => !Object.hasOwn(decided, field)).map(({ field }) => field)
  return Result.succeed({ owner, context: decided, missing, unverified })
}

const shown = ({ label, value }: typeof Candidate.Type) => (label === value ? value : `${value} (${label})`)

/** For `Providers`, where nothing is an option. */
export const ownerOf = ({
  id,
  name
}: {
  readonly id: Option.Option<string>
  readonly name: Option.Option<string>
}): Owner => ({ id: Option.getOrNull(id), name: Option.getOrNull(name) })

export const secretOf = ({ secret }: Obtained): Option.Option<Redacted.Redacted> => Option.fromNullOr(secret)
