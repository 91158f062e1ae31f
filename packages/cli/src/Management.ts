/** The management API as the contract derives it, on the word of the admin token. */
import { Context, Effect, Layer, Option } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { AdminAuth } from "@vendodev/api/AdminAuth"
import { VendoApi } from "@vendodev/api/VendoApi"
import { Failure } from "./Failure.ts"
import { asToken } from "./secret.ts"
import { Server } from "./Server.ts"

const adminToken = Effect.gen(function* () {
  const server = yield* Server
  if (Option.isSome(server.adminToken))
    return yield* asToken(server.adminToken.value.token, server.adminToken.value.from)
  return yield* new Failure({
    code: "not_configured",
    detail: `there is no admin token for ${server.url}: VENDO_ADMIN_TOKEN is not set`,
    fix: "set VENDO_ADMIN_TOKEN, or start a server here with `pnpm start` and leave VENDO_URL out"
  })
})

// @effect-diagnostics-next-line leakingRequirements:off -- a method's requirements depend on its response mode, and are never either way
export class Management extends Context.Service<Management, HttpApiClient.ForApi<typeof VendoApi>["management"]>()(
  "@vendodev/cli/Management"
) {
  static readonly layer = Layer.effect(
    Management,
    Effect.gen(function* () {
      const { url } = yield* Server
      const token = yield* adminToken
      const authorized = HttpApiMiddleware.layerClient(AdminAuth, ({ next, request }) =>
        next(HttpClientRequest.bearerToken(request, token))
      )
      const httpClient = yield* HttpClient.HttpClient
      return yield* HttpApiClient.group(VendoApi, { group: "management", httpClient, baseUrl: url }).pipe(
        Effect.provide(authorized)
      )
    })
  ).pipe(Layer.provide(Server.layer))
}
