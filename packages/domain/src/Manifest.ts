/** What a tool says it needs: `vendo.yaml`, version 1, as it is understood. Absent lists are empty. */
import { Schema } from "effect"
import { EnvVarName, IntegrationSlug } from "./Ids.ts"

/** Names a tool: 3 to 64 characters. */
export const ToolSlug = Schema.String.check(
  Schema.isPattern(/^[a-z][a-z0-9-]{1,62}[a-z0-9]$/, {
    expected: "3 to 64 lower-case letters, digits and inner '-', starting with a letter"
  })
).pipe(Schema.brand("ToolSlug"))
export type ToolSlug = typeof ToolSlug.Type

/** For people; nothing depends on it. */
export const Runtime = Schema.Literals(["python", "node", "go", "rust", "ruby", "java", "other"])
export type Runtime = typeof Runtime.Type

export const Manifest = Schema.Struct({
  name: ToolSlug,
  version: Schema.Literal(1),
  runtime: Schema.NullOr(Runtime),
  /** One connection of each is bound when the tool is installed. */
  integrations: Schema.Array(IntegrationSlug),
  /** Variables that must be given at installation, and those that may. */
  env: Schema.Struct({ required: Schema.Array(EnvVarName), optional: Schema.Array(EnvVarName) }),
  /** Where the running tool says that it is well. The port is `$PORT` when none is named; null when it says nothing. */
  health: Schema.NullOr(
    Schema.Struct({
      path: Schema.String,
      port: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 })))
    })
  ),
  /** A change of these connections restarts the deployment without anybody asking for it. */
  restart_on: Schema.Array(IntegrationSlug)
}).annotate({ identifier: "Manifest" })
export type Manifest = typeof Manifest.Type
