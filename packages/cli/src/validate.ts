/** Whether a manifest is one, and where it is not; no server is asked. */
import { Console, Effect, Result } from "effect"
import { Command } from "effect/cli"
import type { Manifest } from "@vendodev/domain/Manifest"
import { parse } from "@vendodev/manifest/parse"
import { printJson } from "./answer.ts"
import { exits, Told } from "./Failure.ts"
import { Json } from "./flags.ts"
import { fileArgument, readText, titleOf } from "./manifestSource.ts"

const needs = ({ env, integrations, name }: Manifest) => {
  const parts = [
    ...(integrations.length === 0 ? [] : [`connections of ${integrations.join(", ")}`]),
    ...(env.required.length === 0 ? [] : [`values for ${env.required.join(", ")}`])
  ]
  return parts.length === 0 ? `${name} needs nothing` : `${name} needs ${parts.join(", and ")}`
}

export const validate = Command.make(
  "validate",
  { file: fileArgument },
  Effect.fn("validate")(function* ({ file }) {
    const result = yield* Effect.result(parse(yield* readText(file, "it: `vendo validate path/to/vendo.yaml`")))
    const isJson = yield* Json
    const name = titleOf(file)
    if (Result.isSuccess(result)) {
      return yield* isJson
        ? printJson({ valid: true, problems: [] })
        : Console.log(`✓ ${name} is valid\n${needs(result.success)}`)
    }
    const { failure } = result
    const more = failure.more === 0 ? {} : { more: failure.more }
    yield* isJson
      ? printJson({ valid: false, problems: failure.problems, ...more })
      : Console.error(failure.lines(name).join("\n"))
    return yield* new Told({ exit: exits.refused })
  })
).pipe(
  Command.withDescription("Say whether a vendo.yaml is valid, and where it is not; needs no server"),
  Command.withExamples([
    { command: "vendo validate", description: "Look at ./vendo.yaml" },
    { command: "vendo validate tools/echo/vendo.yaml" },
    { command: "git show HEAD:vendo.yaml | vendo validate -", description: "Look at what comes on stdin" },
    { command: "vendo validate --json | jq -r '.problems[].message'" }
  ])
)
