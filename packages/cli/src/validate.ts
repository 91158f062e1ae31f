/** Whether a manifest is one, and where it is not; no server is asked. */
import { Console, Effect, FileSystem, Result, Stdio, Stream } from "effect"
import { Argument, Command } from "effect/cli"
import type { Manifest } from "@vendodev/domain/Manifest"
import { mostBytes } from "@vendodev/manifest/characters"
import { parse } from "@vendodev/manifest/parse"
import { printJson } from "./answer.ts"
import { exits, Failure, Told } from "./Failure.ts"
import { Json } from "./flags.ts"
import { shown } from "./shown.ts"
import { plain } from "./table.ts"

/** What a byte order mark or a broken character is told by is kept. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** What is longer than any manifest is not read to its end, only so far that it is too long. */
const textOf = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Stream.limitBytes(bytes, mostBytes, () => Stream.succeed(new Uint8Array(mostBytes + 1))).pipe(
    Stream.mkUint8Array,
    Effect.map((bytes) => decoder.decode(bytes))
  )

const unreadable = (file: string, isMissing: boolean) =>
  new Failure({
    code: "usage",
    detail: isMissing ? `there is no file called ${shown(file)}` : `the file ${shown(file)} can not be read`,
    fix: "run this where vendo.yaml is, or name it: `vendo validate path/to/vendo.yaml`"
  })

const read = Effect.fn("validate.read")(function* (file: string) {
  if (file === "-") return yield* Effect.orDie(textOf((yield* Stdio.Stdio).stdin))
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.mapError(textOf(fs.stream(file)), ({ reason }) => unreadable(file, reason._tag === "NotFound"))
})

const needs = ({ env, integrations, name }: Manifest) => {
  const parts = [
    ...(integrations.length === 0 ? [] : [`connections of ${integrations.join(", ")}`]),
    ...(env.required.length === 0 ? [] : [`values for ${env.required.join(", ")}`])
  ]
  return parts.length === 0 ? `${name} needs nothing` : `${name} needs ${parts.join(", and ")}`
}

export const validate = Command.make(
  "validate",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("The manifest (default: vendo.yaml); - reads it from stdin"),
      Argument.withDefault("vendo.yaml")
    )
  },
  Effect.fn("validate")(function* ({ file }) {
    const result = yield* Effect.result(parse(yield* read(file)))
    const isJson = yield* Json
    const name = plain(file === "-" ? "stdin" : file)
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
