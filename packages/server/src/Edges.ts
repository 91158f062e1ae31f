/**
 * Around every route: framing, load, surface, and the form of the answer.
 *
 * Whatever a route does, what leaves here is a success or a row of the error
 * table, with a request id and `Cache-Control: no-store`.
 */
import { Cause, Context, Effect, Option, References, Schema } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { randomUUID } from "node:crypto"
import { errorCodeHeader } from "@vendodev/api/WireError"
import {
  BrokerError,
  InternalError,
  NotFound,
  Overloaded,
  TooLarge,
  ValidationFailed
} from "@vendodev/domain/BrokerError"
import { RequestId } from "@vendodev/domain/RequestId"
import * as Answer from "./Answer.ts"
import { prefix, textOf } from "./asking.ts"
import { isCallback } from "./connect/paths.ts"
import * as Framing from "./Framing.ts"
import { methodsOf } from "./methodsOf.ts"
import { traced } from "./requestSpan.ts"
import { Settings } from "./Settings.ts"
import * as Surfaces from "./Surfaces.ts"
import { pathOf, unrouted } from "./unrouted.ts"

const isBrokerError = Schema.is(BrokerError)

const overloaded = new Overloaded({ detail: "too many requests at once; retry in a moment", retry_after: 1 })
const nowhere = new NotFound({ detail: "there is no such route" })

const labelled = (response: HttpServerResponse.HttpServerResponse, requestId: string) =>
  HttpServerResponse.setHeaders(response, Answer.commonHeaders(requestId))

/** Methods a route may be declared with. The router would answer HEAD as GET, which must not vend anything. */
const routed = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"])

/** The router decodes a path, and cuts it at ';' and '#', before it looks for a route. Ours are taken as they come. */
const isRoute = (target: string): boolean => target.startsWith(prefix) || methodsOf(pathOf(target)).length > 0

/** A key or a token in a URL ends up in logs and histories, so it is refused before it can be of use. */
const leaksSecret = (target: string): boolean => {
  const at = target.indexOf("?")
  if (at === -1) return false
  // What a browser brings from a provider is of the provider's making, and answered with a page.
  if (isCallback(target)) return ownKey.test(textOf(target.slice(at + 1)) ?? "")
  return (
    (/token|vendo_(?:sk|at|c[tv])_|%/i.test(target.slice(at)) && isSecretQuery(withoutTicket(target).slice(at + 1))) ||
    isKeyForPage(target)
  )
}
const ownKey = /vendo_(?:sk|at|c[tv])_/i
const isSecretQuery = (query: string): boolean => {
  try {
    return /token|vendo_(?:sk|at|c[tv])_/i.test(decodeURIComponent(query.replaceAll("+", " ")))
  } catch {
    return true
  }
}
/** An address that was made with the key of an app, whatever stands for the key. */
const isKeyForPage = (target: string): boolean =>
  /^\/connections\/connect\/[^?]*\?(?:.*&)?app_key(?:=|&|$)/.test(target)
/**
 * What a person's browser is sent to can carry its secret nowhere else: it is good once, and there alone. And a host
 * may be called what it likes.
 */
const withoutTicket = (target: string): string =>
  target
    .replace(/^(\/connections\/connect\/[^?]*\?)ticket=vendo_ct_[0-9A-Za-z]{42}(?=&|$)/, "$1")
    .replace(/^(\/connections\/connect\/[^?]*\?(?:.*&)?opener_origin=)https?(?:[a-z0-9.:/-]|%3A|%2F)+(?=&|$)/i, "$1")
const secretInQuery = new ValidationFailed({
  detail: "keys and tokens belong in the Authorization header; the query must be plain, without either",
  field: "query"
})
const secretForPage = new ValidationFailed({
  detail:
    "a key has no place in an address: open a session with POST /api/connect-sessions, and send the browser to its url",
  field: "query"
})

/** What a failed route answers. A defect is logged whole; the caller learns the request id. */
const errorOf = (cause: Cause.Cause<unknown>, request: HttpServerRequest.HttpServerRequest, requestId: string) => {
  const failure = Cause.squash(cause)
  if (isBrokerError(failure)) return Effect.succeed(failure)
  if (HttpServerError.isHttpServerError(failure)) {
    const { reason } = failure
    if (reason._tag === "RouteNotFound") return Effect.succeed(unrouted(request.method, request.url))
    if (reason._tag === "RequestParseError") {
      return Effect.succeed(
        reason.reason === "BodyTooLarge"
          ? new TooLarge({ detail: "the body is larger than this route allows", part: "body" })
          : new ValidationFailed({ detail: "the body can not be read", field: "body" })
      )
    }
  }
  return Effect.as(
    Effect.annotateLogs(Effect.logError("defect", cause), { requestId }),
    new InternalError({ detail: requestId })
  )
}

/** A page, such as the reference, works by what it holds: it loads nothing from elsewhere and is framed by nobody. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer"
}
const isPage = ({ headers }: HttpServerResponse.HttpServerResponse) =>
  headers["content-type"]?.startsWith("text/html") === true

/** The library's own refusals, which know nothing of our table. */
const inOurForm = (response: HttpServerResponse.HttpServerResponse, requestId: string) => {
  if ("content-security-policy" in response.headers) return response
  if (response.status < 400) return isPage(response) ? HttpServerResponse.setHeaders(response, pageHeaders) : response
  if (errorCodeHeader in response.headers) return response
  if (response.status === 415) {
    return Answer.ofError(
      new ValidationFailed({ detail: "send Content-Type: application/json", field: "content-type" })
    )
  }
  if (response.status === 413) {
    return Answer.ofError(new TooLarge({ detail: "the body is larger than this route allows", part: "body" }))
  }
  return Answer.ofError(new InternalError({ detail: requestId }))
}

export const layer = HttpRouter.middleware(
  Effect.gen(function* () {
    const settings = yield* Settings
    const locate = Surfaces.locate(settings)
    let inFlight = 0

    return (route) =>
      Effect.withFiber((fiber) => {
        const outer = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
        const requestId = randomUUID()
        const now = (error: BrokerError, options?: { readonly close: boolean }) =>
          Effect.succeed(labelled(Answer.ofError(error, options), requestId))

        const { source } = outer
        const fault = Framing.faultOf(source)
        if (fault !== undefined) return now(fault, { close: true })
        if (inFlight >= settings.maxInFlight) return now(overloaded)
        const target = locate(
          outer.url,
          source instanceof Request ? Framing.hostOf(source) : (outer.headers["host"] ?? "")
        )
        if (Option.isNone(target)) return now(nowhere)
        const request = target.value === outer.url ? outer : outer.modify({ url: target.value })
        if (!routed.has(request.method) || !isRoute(request.url)) return now(unrouted(request.method, request.url))
        if (leaksSecret(request.url) && methodsOf(pathOf(request.url)).includes(request.method)) {
          return now(request.url.startsWith("/connections/") ? secretForPage : secretInQuery)
        }

        inFlight++
        return route.pipe(
          Effect.updateContext((context: Context.Context<never>) =>
            (request === outer ? context : Context.add(context, HttpServerRequest.HttpServerRequest, request)).pipe(
              Context.add(RequestId, requestId),
              Context.add(References.CurrentLogAnnotations, { requestId })
            )
          ),
          Effect.matchCauseEffect({
            onSuccess: (response) => {
              inFlight--
              return Effect.succeed(labelled(inOurForm(response, requestId), requestId))
            },
            onFailure: (cause) => {
              inFlight--
              return Cause.hasInterruptsOnly(cause)
                ? Effect.failCause(cause)
                : Effect.map(errorOf(cause, request, requestId), (error) => labelled(Answer.ofError(error), requestId))
            }
          }),
          traced(request, requestId)
        )
      })
  }),
  { global: true }
)
