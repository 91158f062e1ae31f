/** How controls are asked for over HTTP. */
import { Data, Effect, Schema } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { prefix } from "./controlRoutes.ts"

/** A defect of the test: it asked for what the simulator does not have. */
class ControlRefused extends Data.TaggedError("ControlRefused")<{ readonly message: string }> {}

interface Operation<In, Out> {
  readonly input: Schema.Codec<In>
  readonly output: Schema.Codec<Out>
}

export const calling = (baseUrl: string) => {
  const call = <In, Out>(name: string, { output }: Operation<In, Out>, input: In): Effect.Effect<Out> =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const request = HttpClientRequest.post(new URL(prefix + name, baseUrl)).pipe(
        HttpClientRequest.bodyText(JSON.stringify(input), "application/json")
      )
      const response = yield* client.execute(request)
      const text = yield* response.text
      if (response.status !== 200) return yield* new ControlRefused({ message: `${name}: ${text}` })
      return yield* Schema.decodeUnknownEffect(Schema.fromJsonString(output))(text)
    }).pipe(Effect.provide(FetchHttpClient.layer), Effect.withTracerEnabled(false), Effect.orDie)
  /** For those that answer nothing. */
  const tell = <In>(name: string, operation: Operation<In, null>, input: In) =>
    Effect.asVoid(call(name, operation, input))
  return { call, tell }
}
