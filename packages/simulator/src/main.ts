/** The simulator as a program: for development without an account at Composio. */
import { NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Schema } from "effect"
import * as FakeComposio from "./FakeComposio.ts"
import { listen } from "./listen.ts"

/** 0 leaves the choice to the system. */
const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

const program = Effect.gen(function* () {
  const port = yield* Config.withDefault(Config.schema(Port, "PORT"), 0)
  const simulator = yield* FakeComposio.make({ accountsOnDemand: true })
  const { baseUrl } = yield* listen(simulator, { port })
  const { apiKey } = yield* simulator.settings
  yield* Console.log(`A simulator of Composio is ready at ${baseUrl}`)
  yield* Console.log(`It takes the key "${apiKey}" and any account named ca_demo_<toolkit>. No token it gives is real.`)
  return yield* Effect.never
})

program.pipe(Effect.scoped, NodeRuntime.runMain())
