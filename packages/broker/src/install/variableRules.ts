/** Which variables a tenant may set for a deployment. No message repeats a value. */
import { Effect, Redacted, Schema } from "effect"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { EnvVarName } from "@vendodev/domain/Ids"

/** By name. */
export type UserVariables = Readonly<Record<string, Redacted.Redacted>>

/** What stands where a secret is not shown. */
export const mask = "••••"

const mostCharacters = 10_000
const mostBytes = 32 * 1024

const isName = Schema.is(EnvVarName)

const nameFault = (name: string, derived: ReadonlySet<string>): string | undefined => {
  if (name.startsWith("VENDO_")) return "variables of that name are the service's own"
  return derived.has(name) ? "this variable follows from a connection; bind another one to change it" : undefined
}

const valueFault = (value: string): string | undefined => {
  if (value.length > mostCharacters) return `a value has at most ${mostCharacters} characters`
  // It is handed over as the environment of a process, in UTF-8.
  if (value.includes("\0") || !value.isWellFormed()) return "a value is text without NUL"
  return value === mask ? "this is what is shown in place of the value; give the value itself" : undefined
}

const invalid = (field: string, detail: string) => Effect.fail(new ValidationFailed({ field, detail }))

/**
 * What there is after these changes, of which null takes one away. `derived` are
 * the names that follow from connections.
 */
export const changed = Effect.fnUntraced(function* (
  before: UserVariables,
  changes: Readonly<Record<string, Redacted.Redacted | null>>,
  derived: ReadonlySet<string>
): Effect.fn.Return<UserVariables, ValidationFailed> {
  for (const [name, value] of Object.entries(changes)) {
    if (!isName(name)) return yield* invalid("variables", "a variable is named like OPENAI_API_KEY")
    const fault = nameFault(name, derived) ?? (value === null ? undefined : valueFault(Redacted.value(value)))
    if (fault !== undefined) return yield* invalid(`variables.${name}`, fault)
  }
  const after = Object.fromEntries(
    Object.entries({ ...before, ...changes }).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  )
  const bytes = Object.entries(after).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(Redacted.value(value)),
    0
  )
  return bytes > mostBytes ? yield* invalid("variables", "the variables have at most 32 kB together") : after
})

const same = (a: Redacted.Redacted | undefined, b: Redacted.Redacted | undefined) =>
  a === undefined || b === undefined ? a === b : Redacted.value(a) === Redacted.value(b)

/** The names of what one has otherwise than the other: set, and taken away. */
export const difference = (before: UserVariables, after: UserVariables) => ({
  set: Object.keys(after).filter((name) => !same(before[name], after[name])),
  removed: Object.keys(before).filter((name) => after[name] === undefined)
})
