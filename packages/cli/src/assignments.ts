/** Flags that may come more than once, such as `--set NAME=value`. No value is repeated in a message. */
import { Effect, Option, Redacted, Schema } from "effect"
import { Flag } from "effect/cli"
import { EnvVarName, IntegrationSlug } from "@vendodev/domain/Ids"
import { VariableValue } from "@vendodev/domain/Installation"
import { Failure } from "./Failure.ts"
import { named } from "./secret.ts"

const usage = (detail: string, fix: string) => new Failure({ code: "usage", detail, fix })

/** As often as it is said, never among them. */
export const repeated = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.atLeast(0))

/** What stands before and after the first `=`. */
const split = (text: string): readonly [name: string, value: Option.Option<string>] => {
  const at = text.indexOf("=")
  return at === -1 ? [text, Option.none()] : [text.slice(0, at), Option.some(text.slice(at + 1))]
}

const integrationSlug = Schema.decodeUnknownOption(IntegrationSlug)
const variableName = Schema.decodeUnknownOption(EnvVarName)
const variableValue = Schema.decodeUnknownOption(VariableValue)

/** `telegram=work`: the integration and what is said of it. */
export const ofIntegration = Effect.fn("assignments.ofIntegration")(function* (flag: string, text: string) {
  const [name, value] = split(text)
  const slug = integrationSlug(name)
  if (Option.isSome(slug) && Option.isSome(value) && value.value !== "") {
    return { slug: slug.value, value: value.value }
  }
  return yield* usage(`--${flag} does not name an integration and what it gets`, `write it like --${flag} telegram=…`)
})

/** `openai`: the integration alone. */
export const integrationNamed = Effect.fn("assignments.integrationNamed")(function* (flag: string, text: string) {
  const slug = integrationSlug(text)
  return Option.isSome(slug)
    ? slug.value
    : yield* usage(`--${flag} does not name an integration`, `write it like --${flag} openai`)
})

const variableOf = Effect.fn("assignments.variableOf")(function* (flag: string, name: string, value: string) {
  const found = Option.all({ name: variableName(name), value: variableValue(value) })
  return Option.isSome(found)
    ? ([found.value.name, found.value.value] as const)
    : yield* usage(
        `--${flag} does not say a variable a process can be given`,
        `write it like --${flag} GREETING${flag === "set" ? "=hello" : ""}: a name in capitals, and at most 10000 characters`
      )
})

/** `GREETING=hello`, or what the variable of that name holds here. */
export const variablesSaid = Effect.fn("assignments.variablesSaid")(function* (
  set: ReadonlyArray<string>,
  setFromEnv: ReadonlyArray<string>
) {
  const said = yield* Effect.forEach(set, (text) => {
    const [name, value] = split(text)
    return Option.isSome(value)
      ? variableOf("set", name, value.value)
      : Effect.fail(usage("--set does not say a value", "write it like --set GREETING=hello"))
  })
  const read = yield* Effect.forEach(setFromEnv, (name) =>
    Effect.flatMap(named(name), (value) => variableOf("set-from-env", name, Redacted.value(value)))
  )
  const variables = new Map<EnvVarName, Redacted.Redacted>()
  for (const [name, value] of [...said, ...read]) {
    if (variables.has(name)) return yield* usage(`${name} is set more than once`, "say its value once")
    variables.set(name, value)
  }
  return variables
})

/** `ref=abcdef`; nothing, where none was said. */
export const contextSaid = Effect.fn("assignments.contextSaid")(function* (texts: ReadonlyArray<string>) {
  const context = new Map<string, string>()
  for (const text of texts) {
    const [field, value] = split(text)
    if (field === "" || Option.isNone(value) || value.value === "") {
      return yield* usage("--context does not say a field and its value", "write it like --context ref=abcdef")
    }
    if (context.has(field)) return yield* usage("--context says one field more than once", "say its value once")
    context.set(field, value.value)
  }
  return context.size === 0 ? Option.none() : Option.some(Object.fromEntries(context))
})
