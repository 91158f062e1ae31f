/** The store of tools: manifests under a name, in versions that never change. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { type BrokerErrorClass, NotFound, SessionRequired } from "@vendodev/domain/BrokerError"
import { ManifestText } from "@vendodev/domain/Installation"
import { ToolSlug } from "@vendodev/domain/Manifest"
import { PublishedTool, Tool, ToolVersionNumber } from "@vendodev/domain/Tool"
import { AdminAuth } from "./AdminAuth.ts"
import { LongBody } from "./LongBody.ts"
import { ofRequest } from "./refusals.ts"
import { ValidRequest } from "./ValidRequest.ts"
import { wireErrors } from "./WireError.ts"

const errors = (...more: ReadonlyArray<BrokerErrorClass>) => wireErrors(...ofRequest, SessionRequired, ...more)

const Version = Schema.String.check(Schema.isPattern(/^[1-9]\d{0,9}$/, { expected: "a whole number from 1 on" })).pipe(
  Schema.decodeTo(Schema.FiniteFromString),
  Schema.decodeTo(ToolVersionNumber)
)

export class ToolsGroup extends HttpApiGroup.make("tools")
  .add(
    HttpApiEndpoint.get("listTools", "/api/tools", {
      success: Schema.Struct({ tools: Schema.Array(Tool) }),
      error: errors()
    }).annotate(OpenApi.Summary, "The tools of this installation, each in its newest version"),
    HttpApiEndpoint.post("publishTool", "/api/tools", {
      payload: Schema.Struct({ manifest: ManifestText }),
      success: PublishedTool,
      error: errors()
    })
      .middleware(LongBody)
      .annotate(OpenApi.Summary, "Publish a manifest under its name; the same text again answers the same version"),
    HttpApiEndpoint.get("getTool", "/api/tools/:tool", {
      params: { tool: ToolSlug },
      success: PublishedTool,
      error: errors(NotFound)
    }).annotate(OpenApi.Summary, "The newest version of a tool, with its text"),
    HttpApiEndpoint.get("listToolVersions", "/api/tools/:tool/versions", {
      params: { tool: ToolSlug },
      success: Schema.Struct({ versions: Schema.Array(Tool) }),
      error: errors(NotFound)
    }).annotate(OpenApi.Summary, "All versions of a tool, the newest first"),
    HttpApiEndpoint.get("getToolVersion", "/api/tools/:tool/versions/:version", {
      params: { tool: ToolSlug, version: Version },
      success: PublishedTool,
      error: errors(NotFound)
    }).annotate(OpenApi.Summary, "One version of a tool, with its text")
  )
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })
  .middleware(ValidRequest)
  .middleware(AdminAuth) {}
