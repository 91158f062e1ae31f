/** Simulated providers on a socket, asked as a client of theirs would. */
import { Effect, Schedule, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import * as FakeProviders from "@vendodev/simulator/FakeProviders"
import { listen } from "@vendodev/simulator/listen"
import * as ProvidersControl from "@vendodev/simulator/ProvidersControl"
import { asking } from "../asking.ts"

export const start = Effect.fnUntraced(function* (settings: FakeProviders.Options = {}) {
  const simulator = yield* FakeProviders.make(settings)
  const { baseUrl } = yield* listen(simulator)
  return {
    simulator,
    baseUrl,
    /** The same controls, from another process. */
    control: ProvidersControl.make(baseUrl),
    ask: asking(baseUrl, FetchHttpClient.layer)
  }
})

/** Asks over the wire until it holds; a bound on how often, for time is the test's. */
export const until = <A>(effect: Effect.Effect<A>, holds: (value: A) => boolean): Effect.Effect<A> =>
  Effect.repeat(effect, { until: holds, schedule: Schedule.recurs(500) }).pipe(
    Effect.flatMap((value) => (holds(value) ? Effect.succeed(value) : Effect.die("it did not come to hold")))
  )

export const jsonOf = ({ text }: { readonly text: string }) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Unknown))(text)
