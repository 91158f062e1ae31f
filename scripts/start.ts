/**
 * `pnpm start`: the server as it is, and beside it, in development and where no
 * key of Composio is set, a simulator of Composio. So a first token that expires
 * takes no account anywhere. The server itself knows nothing of it but its address.
 *
 * @module
 */
import { Effect, Scope } from "effect"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import { listen } from "@vendodev/simulator/listen"

const { env } = process

const hasKey = (env["COMPOSIO_API_KEY"] ?? "").trim() !== ""
/** With arguments it is another command than the one that serves, and must come to its end. */
const serves = process.argv.length === 2

/** Listens for as long as this process lives. */
const simulator = Effect.gen(function* () {
  const composio = yield* FakeComposio.make({ accountsOnDemand: true })
  const { baseUrl } = yield* listen(composio)
  return { baseUrl, key: (yield* composio.settings).apiKey }
}).pipe(Scope.provide(Scope.makeUnsafe()))

if (serves && !hasKey && env["VENDO_ENV"] !== "production") {
  const { baseUrl, key } = await Effect.runPromise(simulator)
  env["COMPOSIO_BASE_URL"] = baseUrl
  env["COMPOSIO_API_KEY"] = key
  env["COMPOSIO_SIMULATED"] = "true"
}

await import("@vendodev/server/main")
