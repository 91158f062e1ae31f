/** What is to be installed or published, as a person names it: a file, or a tool of the store. */
import { Effect, FileSystem, Option, Schema, Stdio, Stream } from "effect"
import { Argument } from "effect/cli"
import type { Manifest } from "@vendodev/domain/Manifest"
import { ToolSlug } from "@vendodev/domain/Manifest"
import { type ToolReference, ToolVersionNumber } from "@vendodev/domain/Tool"
import { mostBytes } from "@vendodev/manifest/characters"
import { parse } from "@vendodev/manifest/parse"
import { Failure, NoManifest } from "./Failure.ts"
import { Tools } from "./Management.ts"
import { shown } from "./shown.ts"
import { plain } from "./table.ts"

export const fileArgument = Argument.String("file").pipe(
  Argument.withDescription("The manifest (default: vendo.yaml); - reads it from stdin"),
  Argument.withDefault("vendo.yaml")
)

const slug = Schema.decodeUnknownOption(ToolSlug)
const number = Schema.decodeUnknownOption(ToolVersionNumber)

/** `echo-bot`, `echo-bot@2`; none where it can only be a file. */
export const referenceOf = (text: string): Option.Option<ToolReference> => {
  const [name, version, ...more] = text.split("@")
  if (more.length > 0) return Option.none()
  const found = slug(name)
  if (version === undefined) return Option.map(found, (slug) => ({ slug }))
  const counted = /^[1-9]\d*$/.test(version) ? number(Number(version)) : Option.none()
  return Option.flatMap(found, (slug) => Option.map(counted, (version) => ({ slug, version })))
}

/** What a byte order mark or a broken character is told by is kept. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** What is longer than any manifest is not read to its end, only so far that it is too long. */
const textOf = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Stream.limitBytes(bytes, mostBytes, () => Stream.succeed(new Uint8Array(mostBytes + 1))).pipe(
    Stream.mkUint8Array,
    Effect.map((bytes) => decoder.decode(bytes))
  )

const unreadable = (file: string, isMissing: boolean, naming: string) =>
  new Failure({
    code: "usage",
    detail: isMissing ? `there is no file called ${shown(file)}` : `the file ${shown(file)} can not be read`,
    fix: `run this where vendo.yaml is, or name ${naming}`
  })

/** The text as it is. `naming`: how to name another, for whoever named none that is there. */
export const readText = Effect.fn("manifestSource.readText")(function* (file: string, naming: string) {
  if (file === "-") return yield* Effect.orDie(textOf((yield* Stdio.Stdio).stdin))
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.mapError(textOf(fs.stream(file)), ({ reason }) =>
    unreadable(file, reason._tag === "NotFound", naming)
  )
})

/** What a text is called where its faults are told. */
export const titleOf = (file: string): string => plain(file === "-" ? "stdin" : file)

/** Its text, once it is known to be a manifest: all of its faults are told where they stand. */
export const readFile = Effect.fn("manifestSource.readFile")(function* (file: string) {
  const text = yield* readText(file, "the file, or a tool of `vendo tool list`")
  const manifest = yield* Effect.mapError(parse(text), (invalid) => new NoManifest({ file: titleOf(file), invalid }))
  return { manifest, text }
})

export interface Source {
  readonly manifest: Manifest
  /** As it is sent. */
  readonly sent: { readonly manifest: string } | { readonly tool: ToolReference }
}

/** The file or the tool of that name. A name with a dot or a slash is a file's. */
export const sourceOf = Effect.fn("manifestSource.sourceOf")(function* (name: string) {
  const reference = referenceOf(name)
  if (Option.isNone(reference)) {
    const { manifest, text } = yield* readFile(name)
    const source: Source = { manifest, sent: { manifest: text } }
    return source
  }
  const { getTool, getToolVersion } = yield* Tools
  const { slug, version } = reference.value
  const found = yield* version === undefined
    ? getTool({ params: { tool: slug } })
    : getToolVersion({ params: { tool: slug, version } })
  // The version that was looked at is the one that is installed.
  const source: Source = { manifest: found.manifest, sent: { tool: { slug, version: found.version } } }
  return source
})
