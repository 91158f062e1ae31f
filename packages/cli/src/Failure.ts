/** What the tool itself refuses, beside the rows of the service's own table. */
import { Schema } from "effect"
import { BrokerError } from "@vendodev/domain/BrokerError"
import { ManifestInvalid } from "@vendodev/manifest/ManifestInvalid"

/** How a run ends, by whose fault it was. */
export const exits = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const

const exitOf = {
  /** No such tenant, app, connection or key, or more than one. */
  name_unknown: exits.refused,
  name_ambiguous: exits.refused,
  /** A person was to connect an account, and did not. */
  not_connected: exits.refused,
  /** The command line or its environment is at fault. */
  usage: exits.usage,
  not_configured: exits.usage,
  /** Nobody answered, or whoever did is no Vendo. */
  unreachable: exits.unreachable
} as const

type FailureCode = keyof typeof exitOf

export class Failure extends Schema.TaggedError<Failure>()("Failure", {
  code: Schema.Literals(["name_unknown", "name_ambiguous", "not_connected", "usage", "not_configured", "unreachable"]),
  detail: Schema.String,
  /** The next command to run, or what to change. */
  fix: Schema.String
}) {
  override get message() {
    return this.detail
  }

  get exit(): (typeof exitOf)[FailureCode] {
    return exitOf[this.code]
  }
}

/** A text that is to be a manifest and is none: its faults are told one a line, as `vendo validate` does. */
export class NoManifest extends Schema.TaggedError<NoManifest>()("NoManifest", {
  file: Schema.String,
  invalid: ManifestInvalid
}) {}

/** A refusal of the service, with what a person who wrote that very line does next. */
export class Advised extends Schema.TaggedError<Advised>()("Advised", {
  error: BrokerError,
  /** What to add to the line, for each thing that was missing. */
  give: Schema.Array(Schema.String),
  /** Commands, in their order. */
  run: Schema.Array(Schema.String)
}) {}

/** A run whose answer has said already what is wrong: all that is left is how it ends. */
export class Told extends Schema.TaggedError<Told>()("Told", { exit: Schema.Int }) {}
