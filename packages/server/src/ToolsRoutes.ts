import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { AdminToken } from "@vendodev/api/AdminAuth"
import { ServiceApi } from "@vendodev/api/VendoApi"
import { Tools } from "@vendodev/broker/install/Tools"
import { readManifest } from "./readManifest.ts"

export const layer = HttpApiBuilder.group(
  ServiceApi,
  "tools",
  Effect.fn(function* (handlers) {
    const tools = yield* Tools
    return handlers.handleAll({
      listTools: () =>
        Effect.gen(function* () {
          return { tools: yield* tools.list(yield* AdminToken) }
        }),
      publishTool: ({ payload: { manifest } }) =>
        Effect.flatMap(AdminToken, (token) => tools.publish(token, manifest, readManifest(manifest))),
      getTool: ({ params }) => Effect.flatMap(AdminToken, (token) => tools.get(token, { slug: params.tool })),
      listToolVersions: ({ params }) =>
        Effect.gen(function* () {
          return { versions: yield* tools.versions(yield* AdminToken, params.tool) }
        }),
      getToolVersion: ({ params: { tool: slug, version } }) =>
        Effect.flatMap(AdminToken, (token) => tools.get(token, { slug, version }))
    })
  })
)
