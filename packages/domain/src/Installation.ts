/** What is asked of an installation, and what it answers. */
import { Schema } from "effect"
import { AppKind } from "./App.ts"
import { Choice, Deployment, LauncherName } from "./Deployment.ts"
import { DisplayName, EnvVarName, IntegrationSlug, KeyId, Slug, TenantId } from "./Ids.ts"
import { ToolReference } from "./Tool.ts"

/** Names a request, so that repeating it is told from making another. */
export const IdempotencyKey = Schema.String.check(
  Schema.isPattern(/^[!-~]{1,255}$/, { expected: "1 to 255 visible ASCII characters" })
).pipe(Schema.brand("IdempotencyKey"))
export type IdempotencyKey = typeof IdempotencyKey.Type

/** The text of a `vendo.yaml`. */
export const ManifestText = Schema.String.check(
  Schema.isMaxLength(64 * 1024, { expected: "a manifest of at most 65536 characters" })
).annotate({ description: "The text of a vendo.yaml, at most 64 kB." })

/** What a process can be handed as the value of a variable. */
export const VariableValue = Schema.RedactedFromValue(
  Schema.String.check(
    Schema.makeFilter((text) => text.length <= 10_000 && text.isWellFormed() && !text.includes("\0"), {
      expected: "at most 10000 characters of text, none of them NUL"
    })
  )
)

const word = (least: 0 | 1) =>
  Schema.String.check(
    Schema.makeFilter(
      (text) => text.length >= least && text.length <= 4096 && text.isWellFormed() && !text.includes("\0"),
      { expected: `${least} to 4096 characters, none of them NUL` }
    )
  )

const Word = word(1)

/** How the deployment is started. Kept with it, for whoever launches it. */
export const Launch = Schema.Struct({
  /** The program and its arguments, which may be empty. */
  command: Schema.optionalKey(Schema.TupleWithRest(Schema.Tuple([Word]), [word(0)]).check(Schema.isMaxLength(64))),
  /** Where it runs. */
  directory: Schema.optionalKey(Word),
  /** What it runs in. */
  image: Schema.optionalKey(Word)
}).annotate({ identifier: "Launch" })
export type Launch = typeof Launch.Type

/** Exactly one of `manifest` and `tool` says what is installed. */
export const NewDeployment = Schema.Struct({
  tenant_id: TenantId,
  manifest: Schema.optionalKey(ManifestText),
  /** Of the store; the newest version when none is named. */
  tool: Schema.optionalKey(ToolReference),
  /** The manifest's name when left out. */
  slug: Schema.optionalKey(Slug),
  /** The slug when left out. */
  name: Schema.optionalKey(DisplayName),
  /** Production when left out. */
  kind: Schema.optionalKey(AppKind),
  /** One for each integration of the manifest; in a sandbox none for the exclusive ones. */
  choices: Schema.Record(IntegrationSlug, Choice),
  /** Whether credentials are tried at their providers first: `try` keeps them where no answer comes. Not, if left out. */
  verify: Schema.optionalKey(Schema.Literals(["none", "live", "try"])),
  /** The deployment's own variables. */
  variables: Schema.optionalKey(Schema.Record(EnvVarName, VariableValue)),
  launch: Schema.optionalKey(Launch)
}).annotate({ identifier: "NewDeployment" })
export type NewDeployment = typeof NewDeployment.Type

/** What became of an installation. The key is in no other answer. */
export const Installed = Schema.Struct({
  deployment: Deployment,
  key: Schema.RedactedFromValue(Schema.String),
  key_id: KeyId
})
export type Installed = typeof Installed.Type

/** How the deployment is started, by whom, and what came of it. */
export const Launched = Schema.Struct({
  launcher: LauncherName,
  /**
   * `launched`: it was started now or before. `failed`: it could not be; it is installed all the same.
   * `manual`: nobody but a person starts it.
   */
  state: Schema.Literals(["manual", "launched", "failed"]),
  /** Where its output goes, or what is in the way. Never a secret. */
  detail: Schema.NullOr(Schema.String),
  /** What a person runs to start it. The key is to be put in place of the dots. */
  run: Schema.String
}).annotate({ identifier: "Launched" })
export type Launched = typeof Launched.Type
