import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"
import { AppAuth } from "@vendodev/api/AppAuth"
import { VendoApi } from "@vendodev/api/VendoApi"
import { answer } from "./answer.ts"
import { Failure } from "./Failure.ts"
import { fromEnvFlag, integrationArgument } from "./flags.ts"
import { asToken, fromVariable, named } from "./secret.ts"
import { Server } from "./Server.ts"

const prefix = "/credentials"

const appKey = Effect.fn("token.appKey")(function* (fromEnv: Option.Option<string>) {
  if (Option.isSome(fromEnv)) return yield* asToken(yield* named(fromEnv.value), fromEnv.value)
  const key = yield* fromVariable("VENDO_API_KEY")
  if (Option.isSome(key)) return yield* asToken(key.value, "VENDO_API_KEY")
  return yield* new Failure({
    code: "not_configured",
    detail: "there is no key to ask with: VENDO_API_KEY is not set",
    fix: "export VENDO_API_KEY=$(vendo key mint --app <app>), or name another variable with --from-env"
  })
})

/** The credentials surface, which may be at the root of a host of its own. */
const credentials = Effect.fn("token.credentials")(function* (fromEnv: Option.Option<string>) {
  const { credentialsUrl } = yield* Server
  const key = yield* appKey(fromEnv)
  const httpClient = HttpClient.mapRequest(yield* HttpClient.HttpClient, (request) =>
    HttpClientRequest.setUrl(request, credentialsUrl + request.url.slice(prefix.length))
  )
  const authorized = HttpApiMiddleware.layerClient(AppAuth, ({ next, request }) =>
    next(HttpClientRequest.bearerToken(request, key))
  )
  return yield* HttpApiClient.group(VendoApi, { group: "credentials", httpClient }).pipe(Effect.provide(authorized))
})

export const token = Command.make(
  "token",
  {
    slug: integrationArgument,
    fromEnv: fromEnvFlag("Ask with the key in this environment variable, not in VENDO_API_KEY")
  },
  Effect.fn("token")(function* ({ fromEnv, slug }) {
    const { vend } = yield* credentials(fromEnv)
    const [vended, response] = yield* vend({ params: { slug }, headers: {}, responseMode: "decoded-and-response" })
    yield* answer(response, Effect.succeed(vended.access_token))
  })
).pipe(
  Command.withDescription("Print a fresh token for an integration, as a tool would get it"),
  Command.withExamples([
    { command: "vendo token telegram", description: "Asks with the key in VENDO_API_KEY" },
    { command: "vendo token github | gh auth login --with-token" },
    { command: "vendo token gmail --json", description: "With the time it expires" }
  ]),
  Command.provide(Server.layer)
)
