/** The APIs an admin token opens, as the contract derives them. */
import { Context, Effect, Layer, Option } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { AdminAuth } from "@vendodev/api/AdminAuth"
import { VendoApi } from "@vendodev/api/VendoApi"
import { Failure } from "./Failure.ts"
import { asToken } from "./secret.ts"
import { Server } from "./Server.ts"

/** The admin token of this server, wherever it was found. */
export const adminToken = Effect.gen(function* () {
  const server = yield* Server
  if (Option.isSome(server.adminToken))
    return yield* asToken(server.adminToken.value.token, server.adminToken.value.from)
  return yield* new Failure({
    code: "not_configured",
    detail: `there is no admin token for ${server.url}: VENDO_ADMIN_TOKEN is not set`,
    fix: "set VENDO_ADMIN_TOKEN, or start a server here with `pnpm start` and leave VENDO_URL out"
  })
})

type Groups = HttpApiClient.ForApi<typeof VendoApi>
type ClientOf<Group extends keyof Groups> = Groups[Group]

/** A group of the API, asked where the server is and with its admin token. */
const clientOf = Effect.fnUntraced(function* <const Group extends keyof Groups>(group: Group) {
  const { url: baseUrl } = yield* Server
  const token = yield* adminToken
  const httpClient = yield* HttpClient.HttpClient
  const authorized = HttpApiMiddleware.layerClient(AdminAuth, ({ next, request }) =>
    next(HttpClientRequest.bearerToken(request, token))
  )
  return yield* HttpApiClient.group(VendoApi, { group, baseUrl, httpClient }).pipe(Effect.provide(authorized))
})

// @effect-diagnostics-next-line leakingRequirements:off -- a method's requirements depend on its response mode, and are never either way
export class Management extends Context.Service<Management, ClientOf<"management">>()("@vendodev/cli/Management") {
  static readonly layer = Layer.effect(Management, clientOf("management")).pipe(Layer.provide(Server.layer))
}

// @effect-diagnostics-next-line leakingRequirements:off -- a method's requirements depend on its response mode, and are never either way
export class Deployments extends Context.Service<Deployments, ClientOf<"deployments">>()("@vendodev/cli/Deployments") {
  static readonly layer = Layer.effect(Deployments, clientOf("deployments")).pipe(Layer.provide(Server.layer))
}

// @effect-diagnostics-next-line leakingRequirements:off -- a method's requirements depend on its response mode, and are never either way
export class Tools extends Context.Service<Tools, ClientOf<"tools">>()("@vendodev/cli/Tools") {
  static readonly layer = Layer.effect(Tools, clientOf("tools")).pipe(Layer.provide(Server.layer))
}

// @effect-diagnostics-next-line leakingRequirements:off -- a method's requirements depend on its response mode, and are never either way
export class Lifecycle extends Context.Service<Lifecycle, ClientOf<"lifecycle">>()("@vendodev/cli/Lifecycle") {
  static readonly layer = Layer.effect(Lifecycle, clientOf("lifecycle")).pipe(Layer.provideMerge(Server.layer))
}
