/** `Transport` over whatever `HttpClient` there is. */
import { Effect, Layer, Option, Stream } from "effect"
import { FetchHttpClient, Headers, HttpBody, HttpClient, type HttpClientError, HttpClientRequest } from "effect/http"
import { type Answer, openedHeaders, type Outgoing, Transport, TransportFailed } from "@vendodev/client/Transport"
import { userJwtHeader } from "@vendodev/client/UserJwt"

/** Says nothing of the address or the headers. */
const failed = () => new TransportFailed({ reason: "the connection failed" })

/** A client that fails on what is no success has an answer all the same, and there is a code in it. */
const answered = ({ reason }: HttpClientError.HttpClientError) =>
  reason._tag === "StatusCodeError" ? Effect.succeed(reason.response) : Effect.fail(failed())

const requestOf = (outgoing: Outgoing) => {
  const { body, method, url } = outgoing
  return HttpClientRequest.make(method)(url, {
    headers: openedHeaders(outgoing),
    body: body === undefined ? HttpBody.empty : HttpBody.text(body, "application/json")
  })
}

export const layer: Layer.Layer<Transport, never, HttpClient.HttpClient> = Layer.effect(
  Transport,
  Effect.map(HttpClient.HttpClient, (client) => {
    const scoped = HttpClient.withScope(client)
    return Transport.of({
      send: (outgoing) =>
        Effect.gen(function* () {
          // A span shows every header that is not named here.
          const redacted = yield* Headers.CurrentRedactedNames
          const response = yield* scoped
            .execute(requestOf(outgoing))
            .pipe(
              Effect.provideService(Headers.CurrentRedactedNames, [...redacted, "authorization", userJwtHeader]),
              Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
              Effect.catch(answered)
            )
          const answer: Answer = {
            status: response.status,
            header: (name) => Option.getOrUndefined(Headers.get(response.headers, name)),
            text: Effect.mapError(response.text, failed),
            stream: Stream.toReadableStreamEffect(response.stream)
          }
          return answer
        })
    })
  })
)
