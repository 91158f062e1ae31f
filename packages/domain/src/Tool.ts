/** The store of tools: manifests that were published under a name, for everybody on this installation. */
import { Schema } from "effect"
import { Manifest, ToolSlug } from "./Manifest.ts"

/** Counts the texts a tool was published with. */
export const ToolVersionNumber = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }))
export type ToolVersionNumber = typeof ToolVersionNumber.Type

/** One version of a tool, which never changes. */
export const Tool = Schema.Struct({
  slug: ToolSlug,
  version: ToolVersionNumber,
  manifest: Manifest,
  created_at: Schema.DateTimeUtcFromString
}).annotate({ identifier: "Tool" })
export type Tool = typeof Tool.Type

/** The same with the text that was published. */
export const PublishedTool = Schema.Struct({ ...Tool.fields, source: Schema.String }).annotate({
  identifier: "PublishedTool"
})
export type PublishedTool = typeof PublishedTool.Type

/** What a version is called: a tool by its name, and which of its versions. */
export const ToolReference = Schema.Struct({ slug: ToolSlug, version: Schema.optionalKey(ToolVersionNumber) })
export type ToolReference = typeof ToolReference.Type
