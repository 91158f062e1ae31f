/**
 * The span of a request. Ours and not the library's, which would hold the whole
 * target: what stands in a path or a query may be anything, a key included.
 */
import { Cause, Clock, Effect, Exit, Option, Tracer } from "effect"
import { type HttpServerRequest, type HttpServerResponse, HttpTraceContext } from "effect/http"
import { errorCodeHeader } from "@vendodev/api/WireError"
import { routeOf } from "./methodsOf.ts"
import { pathOf } from "./unrouted.ts"

/** A word of the contract for everything that was asked for: no text of the caller's. */
const attributesOf = ({ method }: HttpServerRequest.HttpServerRequest, route: string, requestId: string) => ({
  "http.request.method": method,
  "http.route": route,
  "vendo.request_id": requestId
})

/** What is ours to answer for makes a failed span. */
const outcomeOf = ({ headers, status }: HttpServerResponse.HttpServerResponse) =>
  status >= 500 ? Exit.fail(headers[errorCodeHeader] ?? String(status)) : Exit.void

/** Nothing where nobody is listening. */
export const traced =
  (request: HttpServerRequest.HttpServerRequest, requestId: string) =>
  <E, R>(
    answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> =>
    Effect.withFiber((fiber) => {
      if (fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer) return answer
      const route = routeOf(pathOf(request.url))
      const attributes = attributesOf(request, route, requestId)
      const parent = Option.getOrUndefined(HttpTraceContext.fromHeaders(request.headers))
      return Effect.flatMap(
        Effect.makeSpan(`${request.method} ${route}`, { kind: "server", attributes, ...(parent && { parent }) }),
        (span) =>
          answer.pipe(
            Effect.withParentSpan(span),
            Effect.onExit((exit) =>
              Effect.map(Clock.currentTimeNanos, (now) => {
                if (Exit.isFailure(exit)) return span.end(now, Exit.failCause(Cause.map(exit.cause, () => "failed")))
                const code = exit.value.headers[errorCodeHeader]
                // The router writes its own pattern there.
                span.attribute("http.route", route)
                span.attribute("http.response.status_code", exit.value.status)
                if (code !== undefined) span.attribute("vendo.error_code", code)
                span.end(now, outcomeOf(exit.value))
              })
            )
          )
      )
    })
