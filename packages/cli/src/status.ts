import { Console, Effect, Option } from "effect"
import { Command } from "effect/cli"
import { HttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { VendoApi } from "@vendodev/api/VendoApi"
import { printJson } from "./answer.ts"
import { Json } from "./flags.ts"
import { fromVariable, hintOf } from "./secret.ts"
import { Server, type Sourced } from "./Server.ts"
import { facts } from "./table.ts"

const hint = Option.map(({ from, token }: Sourced) => ({ hint: hintOf(token), from }))

const line = (sourced: Option.Option<{ readonly hint: string; readonly from: string }>) =>
  Option.match(sourced, { onNone: () => "none", onSome: ({ from, hint }) => `${hint} (${from})` })

export const status = Command.make(
  "status",
  {},
  Effect.fn("status")(function* () {
    const { adminToken, credentialsUrl, from, url } = yield* Server
    const key = yield* fromVariable("VENDO_API_KEY")
    const admin = hint(adminToken)
    const app = hint(Option.map(key, (token) => ({ token, from: "VENDO_API_KEY" })))
    const isJson = yield* Json
    if (!isJson) {
      yield* Console.log(
        facts([
          ["server", `${url} (${from})`],
          ["credentials", credentialsUrl],
          ["admin token", line(admin)],
          ["app key", line(app)]
        ])
      )
    }
    const httpClient = yield* HttpClient.HttpClient
    const { ready } = yield* HttpApiClient.group(VendoApi, { group: "health", httpClient, baseUrl: url })
    const answer = yield* ready({})
    if (!isJson) return yield* Console.log(`ready        ${answer.status}`)
    yield* printJson({
      server: url,
      from,
      credentials: credentialsUrl,
      admin_token: Option.getOrNull(admin),
      app_key: Option.getOrNull(app),
      ready: answer.status
    })
  })
).pipe(
  Command.withDescription("Show the server, whether it is ready, and which credentials are used, by hint"),
  Command.withExamples([
    { command: "vendo status" },
    { command: "vendo status --url http://127.0.0.1:4000", description: "Ask another server" }
  ]),
  Command.provide(Server.layer)
)
