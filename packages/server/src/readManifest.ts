/** A manifest as it arrives: text, which is read before anything is done with it. */
import { Effect } from "effect"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import type { Manifest } from "@vendodev/domain/Manifest"
import type { ManifestInvalid } from "@vendodev/manifest/ManifestInvalid"
import { parse } from "@vendodev/manifest/parse"

/** The first fault by its place, and how many there are besides. All of them are told by `vendo validate`. */
const told = (invalid: ManifestInvalid): string => {
  const [first] = invalid.lines("vendo.yaml")
  const others = invalid.problems.length - 1 + invalid.more
  return others === 0 ? `${first}` : `${first}; and ${others} more`
}

export const readManifest = (text: string): Effect.Effect<Manifest, ValidationFailed> =>
  Effect.mapError(parse(text), (invalid) => new ValidationFailed({ field: "manifest", detail: told(invalid) }))
