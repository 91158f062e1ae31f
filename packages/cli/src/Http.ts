/** How requests leave: to the one server that was named, and to no other it may point at. */
import { Context, type Duration, Effect, Layer } from "effect"
import { FetchHttpClient, HttpClient, HttpClientError } from "effect/http"
import { errorCodeHeader } from "@vendodev/api/WireError"
import { Failure } from "./Failure.ts"

/** The longest an answer is waited for. */
export const Patience = Context.Reference<Duration.Input>("@vendodev/cli/Http/Patience", {
  defaultValue: () => "30 seconds"
})

/** A redirect is not followed: the token is for the server that was named. */
export const layer = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(
    HttpClient.HttpClient,
    HttpClient.transform((effect, request) => {
      const reason = new HttpClientError.TransportError({ request, description: "no answer in time" })
      const orElse = () => Effect.fail(new HttpClientError.HttpClientError({ reason }))
      return Effect.flatMap(Patience, (duration) => Effect.timeoutOrElse(effect, { duration, orElse }))
    })
  )
).pipe(
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)

/** Whoever is at that address did not answer, or not like Vendo does. Neither is worth a stack. */
export const explain = ({ request, response }: HttpClientError.HttpClientError): Failure => {
  const who = new URL(request.url).origin
  const fix = "is it running? start it with `pnpm start`, or correct the address (--url or VENDO_URL)"
  if (response === undefined) return new Failure({ code: "unreachable", detail: `${who} does not answer`, fix })
  const code = response.headers[errorCodeHeader]
  const said = code === undefined ? String(response.status) : `${response.status} ${code}`
  return new Failure({ code: "unreachable", detail: `${who} answered ${said}, and not like Vendo does`, fix })
}
