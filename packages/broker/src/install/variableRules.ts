/** Which variables a tenant may set for a deployment. No message repeats a value. */
import { Effect, Redacted, Schema } from "effect"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { EnvVarName } from "@vendodev/domain/Ids"
import { runDeciding } from "@vendodev/domain/runDeciding"

/** By name. */
export type UserVariables = Readonly<Record<string, Redacted.Redacted>>

/** What stands where a secret is not shown. */
export const mask = "••••"

const mostCharacters = 10_000
const mostBytes = 32 * 1024

const isName = Schema.is(EnvVarName)

const decidesWhatIsRun = new RegExp(`^(?:${runDeciding})`)

/** Why the variable of that name is not the tenant's to set. */
export const nameFault = (name: string, derived: ReadonlySet<string>): string | undefined => {
  if (name.startsWith("VENDO_")) return "variables of that name are the service's own"
  if (decidesWhatIsRun.test(name)) return "this variable decides what is run; it is set where that is"
  return derived.has(name) ? "this variable follows from a connection; bind another one to change it" : undefined
}

const valueFault = (value: string): string | undefined => {
  if (value.length > mostCharacters) return `a value has at most ${mostCharacters} characters`
  // It is handed over as the environment of a process, in UTF-8.
  if (value.includes("\0") || !value.isWellFormed()) return "a value is text without NUL"
  return value === mask ? "this is what is shown in place of the value; give the value itself" : undefined
}

/** What is wrong with one of them, or with all together. */
export interface Fault {
  readonly field: string
  readonly detail: string
}

type Changes = Readonly<Record<string, Redacted.Redacted | null>>

const unnamed: Fault = { field: "variables", detail: "a variable is named like OPENAI_API_KEY" }
const tooMuch: Fault = { field: "variables", detail: "the variables have at most 32 kB together" }

const faultsOf = (changes: Changes, derived: ReadonlySet<string>): ReadonlyArray<Fault> =>
  Object.entries(changes).flatMap(([name, value]) => {
    if (!isName(name)) return [unnamed]
    const detail = nameFault(name, derived) ?? (value === null ? undefined : valueFault(Redacted.value(value)))
    return detail === undefined ? [] : [{ field: `variables.${name}`, detail }]
  })

const bytesOf = (variables: UserVariables): number =>
  Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(Redacted.value(value)),
    0
  )

/** All that is wrong with these as the variables of a deployment. `derived` are the names that follow from connections. */
export const allFaults = (variables: UserVariables, derived: ReadonlySet<string>): ReadonlyArray<Fault> => [
  ...faultsOf(variables, derived),
  ...(bytesOf(variables) > mostBytes ? [tooMuch] : [])
]

/** What there is after these changes, of which null takes one away. */
export const changed = (
  before: UserVariables,
  changes: Changes,
  derived: ReadonlySet<string>
): Effect.Effect<UserVariables, ValidationFailed> => {
  const after = Object.fromEntries(
    Object.entries({ ...before, ...changes }).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  )
  const [fault] = [...faultsOf(changes, derived), ...(bytesOf(after) > mostBytes ? [tooMuch] : [])]
  return fault === undefined ? Effect.succeed(after) : Effect.fail(new ValidationFailed(fault))
}

const same = (a: Redacted.Redacted | undefined, b: Redacted.Redacted | undefined) =>
  a === undefined || b === undefined ? a === b : Redacted.value(a) === Redacted.value(b)

/** The names of what one has otherwise than the other: set, and taken away. */
export const difference = (before: UserVariables, after: UserVariables) => ({
  set: Object.keys(after).filter((name) => !same(before[name], after[name])),
  removed: Object.keys(before).filter((name) => after[name] === undefined)
})
