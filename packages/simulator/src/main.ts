/** The simulators as a program: for development without an account anywhere. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Schema } from "effect"
import * as FakeComposio from "./FakeComposio.ts"
import * as FakeProviders from "./FakeProviders.ts"
import { listen } from "./listen.ts"

/** 0 leaves the choice to the system. */
const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

const portIn = (name: string) => Config.withDefault(Config.schema(Port, name), 0)

const program = Effect.gen(function* () {
  const composio = yield* FakeComposio.make({ accountsOnDemand: true })
  const providers = yield* FakeProviders.make({ botsOnDemand: true })
  const { baseUrl } = yield* listen(composio, { port: yield* portIn("PORT") })
  const { baseUrl: providersUrl } = yield* listen(providers, { port: yield* portIn("PROVIDERS_PORT") })
  const { apiKey } = yield* composio.settings
  yield* Console.log(`A simulator of Composio is ready at ${baseUrl}`)
  yield* Console.log(`It takes the key "${apiKey}" and any account named ca_demo_<toolkit>. No token it gives is real.`)
  yield* Console.log(`A simulator of the providers is ready at ${providersUrl}, for VENDO_PROVIDERS_URL`)
  return yield* Effect.never
})

program.pipe(Effect.scoped, NodeRuntime.runMain())
