/** Results go to stdout: the service's own JSON for programs, text for people. */
import { Console, Effect } from "effect"
import type { HttpClientResponse } from "effect/http"
import { Json } from "./flags.ts"

export const printJson = (value: unknown) => Console.log(JSON.stringify(value, null, 2))

/** Prints the response as it came, or else what people read of it. */
export const answer = Effect.fn("answer")(function* <E, R>(
  response: HttpClientResponse.HttpClientResponse,
  text: Effect.Effect<string, E, R>
) {
  if (!(yield* Json)) return yield* Effect.flatMap(text, (line) => Console.log(line))
  // Nothing came with a 204, so nothing is printed.
  if (response.status !== 204) yield* Effect.flatMap(response.json, printJson)
})
