/** The Effect SDK: acts for the user of a token in `USER_TOKEN`, or for whoever runs it. */
import { Config, Effect, Layer, Option } from "effect"
import { FetchHttpClient } from "effect/http"
import { forUser, Vendo } from "@vendodev/effect"

const me = Effect.gen(function* () {
  const vendo = yield* Vendo
  const url = yield* Config.String("NOTION_URL").pipe(Config.withDefault("https://api.notion.com"))
  const client = yield* vendo.session("notion")
  const response = yield* client.get(`${url}/v1/users/me`, { headers: { "Notion-Version": "2022-06-28" } })
  return yield* response.json
})

const program = Effect.gen(function* () {
  const userToken = yield* Config.option(Config.Redacted("USER_TOKEN"))
  const account = yield* Option.match(userToken, { onNone: () => me, onSome: (token) => forUser(token)(me) })
  yield* Effect.sync(() => console.log(JSON.stringify(account)))
}).pipe(
  Effect.catchTag(["binding_missing", "connection_revoked", "connection_needs_reauth"], (error) =>
    Effect.sync(() => console.log(JSON.stringify({ waitsForUser: error.connect_url ?? null })))
  ),
  Effect.catchTag(["upstream_error", "unavailable", "overloaded"], (error) =>
    Effect.sync(() => console.log(JSON.stringify({ retryIn: error.retry_after ?? 5 })))
  )
)

await Effect.runPromise(Effect.provide(program, Layer.merge(Vendo.layer, FetchHttpClient.layer)))
