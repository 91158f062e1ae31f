/** What a way of connecting comes back with, whichever it was, and what is kept of it beside the credential. */
import { Option, type Redacted, Result, Schema } from "effect"
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

const invalid = (field: string, detail: string) => new ValidationFailed({ field, detail })

/** What is wrong with what was chosen: a choice that is none of those there are, or of a field nobody asks for. */
export const faultOf = ({ name }: Integration, { context }: Obtained, choices: Choices) => {
  for (const [field, value] of Object.entries(choices)) {
    const asked = context.find((each) => each.field === field)
    if (asked === undefined) return Option.some(invalid("context", `${name} has no such context to choose`))
    if (!asked.candidates.some((candidate) => candidate.value === value)) {
      return Option.some(invalid(`context.${field}`, `this is none of what ${name} says it can be: ${listed(asked)}`))
    }
  }
  return Option.none()
}

/** The one there is, or the one that was chosen. */
export const decide = (
  integration: Integration,
  obtained: Obtained,
  choices: Choices
): Result.Result<Found, ValidationFailed> => {
  const { context, owner, unverified } = obtained
  const fault = faultOf(integration, obtained, choices)
  if (Option.isSome(fault)) return Result.fail(fault.value)
  const [open] = undecided(obtained, choices)
  if (open !== undefined) {
    return Result.fail(invalid(`context.${open.field}`, `there are several to choose from: ${listed(open)}`))
  }
  const decided: ReadonlyArray<readonly [string, string]> = context.flatMap(({ candidates: [only], field }) => {
    const value = Object.hasOwn(choices, field) ? choices[field] : only?.value
    return value === undefined ? [] : [[field, value] as const]
  })
  const known = new Set(decided.map(([field]) => field))
  const missing = context.filter(({ field }) => !known.has(field)).map(({ field }) => field)
  return Result.succeed({ owner, context: Object.fromEntries(decided), missing, unverified })
}

const listed = ({ candidates }: typeof Candidates.Type) => candidates.map(shown).join(", ")

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
