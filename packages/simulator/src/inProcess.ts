/** A client that asks a simulator in the same process, without a socket: it follows the clock of its caller. */
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest } from "effect/http"
import type { Answer, Request } from "./Answer.ts"
import type { Simulator } from "./answering.ts"
import { ConnectionLost, SimulatedResponse } from "./SimulatedResponse.ts"

/** Where the simulator is, for those who must say so. Any other host is the simulator as well. */
export const baseUrl = "https://composio.example"

const decoder = new TextDecoder()

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): string => {
  if (body._tag === "Uint8Array") return decoder.decode(body.body)
  return body._tag === "Raw" && typeof body.body === "string" ? body.body : ""
}

const requestOf = (request: HttpClientRequest.HttpClientRequest, url: URL): Request => ({
  method: request.method,
  target: url.pathname + url.search,
  headers: { host: url.host, ...request.headers },
  body: bodyOf(request)
})

/** What a client of Node's takes before it gives up. */
const mostHeaders = 16 * 1024

/** Whether anything comes that a client would call an answer; after an interim one only the connection's end does. */
const isAnswer = ({ delivery, headers, status }: Answer) =>
  delivery !== "reset-before-headers" &&
  status >= 200 &&
  headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0) < mostHeaders

export const client = (simulator: Simulator): HttpClient.HttpClient =>
  HttpClient.make((request, url) => {
    const lost = new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, cause: ConnectionLost.reset })
    })
    return simulator.answer(requestOf(request, url)).pipe(
      Effect.filterOrFail(isAnswer, () => lost),
      Effect.flatMap((answer) =>
        Effect.try({ try: () => new SimulatedResponse(request, url, answer), catch: () => lost })
      )
    )
  })

export const layer = (simulator: Simulator): Layer.Layer<HttpClient.HttpClient> =>
  Layer.succeed(HttpClient.HttpClient, client(simulator))
