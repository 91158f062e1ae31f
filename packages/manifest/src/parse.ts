import { Array, Effect, Schema } from "effect"
import { Manifest } from "@vendodev/domain/Manifest"
import { characterFindings } from "./characters.ts"
import { type Finding, invalid } from "./Finding.ts"
import type { ManifestInvalid } from "./ManifestInvalid.ts"
import { complete, read, type Tell } from "./read.ts"
import { checkRules } from "./rules.ts"
import { syntaxOf } from "./syntax.ts"
import { vendoYaml } from "./vendoYaml.ts"

const decode = Schema.decodeUnknownEffect(Manifest)

/**
 * The manifest a text is, or everything that is wrong with it: its characters
 * if they can not be read, else its YAML, else what it says. Bounded in time
 * whatever the text is.
 */
export const parse: (text: string) => Effect.Effect<Manifest, ManifestInvalid> = Effect.fn("parse")(function* (text) {
  const characters = characterFindings(text)
  if (Array.isReadonlyArrayNonEmpty(characters)) return yield* invalid(text, characters)
  const { contents, findings, isWhole } = yield* syntaxOf(text)
  const all: Array<Finding> = [...findings]
  const tell: Tell = ({ at, path }, message) => {
    all.push({ at, path, message })
  }
  if (isWhole && contents === null) tell({ at: 0, path: "" }, "the file is empty; a manifest has a name and a version")
  const reading = isWhole && contents !== null ? read({ node: contents, path: "", tell }, vendoYaml) : undefined
  if (reading !== undefined) checkRules(reading, tell)
  if (Array.isArrayNonEmpty(all)) return yield* invalid(text, all)
  // What fits every shape and rule is a manifest: anything else is a fault of ours.
  return yield* Effect.orDie(decode(reading === undefined ? undefined : complete(reading, vendoYaml)))
})
