/**
 * `pnpm start`: the server as it is, and beside it, in development and where no
 * key of Composio is set, simulators of Composio and of the providers. So a first
 * token that expires, a first bot and a first consent take no account anywhere.
 * The server itself knows nothing of them but their addresses; below each is
 * `/_control/`, for who would have something happen there.
 *
 * @module
 */
import { Effect, Option, Schema, Scope } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import * as FakeProviders from "@vendodev/simulator/FakeProviders"
import { listen } from "@vendodev/simulator/listen"

const { env } = process

const isSaid = (name: string) => (env[name] ?? "").trim() !== ""
/** With arguments it is another command than the one that serves, and must come to its end. */
const serves = process.argv.length === 2

const DevFile = Schema.fromJsonString(Schema.Struct({ providersUrl: Schema.String }))

/** Where they were the last time: what was installed then looks for them there. */
const portBefore = Effect.try(() => readFileSync(join(env["VENDO_DATA_DIR"] ?? ".vendo", "dev.json"), "utf8")).pipe(
  Effect.flatMap(Schema.decodeEffect(DevFile)),
  Effect.map(({ providersUrl }) => Number(URL.parse(providersUrl)?.port ?? 0)),
  Effect.option
)

const variables = Effect.gen(function* () {
  const composio = yield* FakeComposio.make({ accountsOnDemand: true })
  const providers = yield* FakeProviders.make({ botsOnDemand: true })
  const { apiKey } = yield* composio.settings
  const { clientId, clientSecret } = yield* providers.settings
  const port = Option.getOrElse(yield* portBefore, () => 0)
  // Where somebody else has that port by now, any other will do.
  const there = yield* Effect.catchCause(listen(providers, { port }), () => listen(providers))
  const asked = { url: (yield* listen(composio)).baseUrl, providers: there.baseUrl }
  return {
    always: { COMPOSIO_BASE_URL: asked.url, COMPOSIO_API_KEY: apiKey, COMPOSIO_SIMULATED: "true" },
    unlessSaid: {
      VENDO_PROVIDERS_URL: asked.providers,
      NOTION_OAUTH_CLIENT_ID: clientId,
      NOTION_OAUTH_CLIENT_SECRET: clientSecret
    }
  }
})

/** They listen for as long as this process lives. */
const simulators = variables.pipe(Scope.provide(Scope.makeUnsafe()))

if (serves && !isSaid("COMPOSIO_API_KEY") && env["VENDO_ENV"] !== "production") {
  const { always, unlessSaid } = await Effect.runPromise(simulators)
  for (const [name, value] of Object.entries(always)) env[name] = value
  for (const [name, value] of Object.entries(unlessSaid)) if (!isSaid(name)) env[name] = value
}

await import("@vendodev/server/main")
