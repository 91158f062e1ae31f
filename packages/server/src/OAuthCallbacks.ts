/** Where providers, and Composio, send the browser back to: always a page, whatever the browser brings. */
import { Effect, Option } from "effect"
import { HttpRouter, type HttpServerRequest } from "effect/http"
import { Connect, stateOf } from "@vendodev/broker/connect/Connect"
import * as Catalog from "@vendodev/catalog/Catalog"
import { NotFound, ProviderUnknown } from "@vendodev/domain/BrokerError"
import { textOf } from "./asking.ts"
import { makeAnswers, seeOther } from "./connect/answers.ts"
import { callbackAt, pageFromCallback } from "./connect/paths.ts"
import { makeVisitCookie } from "./connect/visitCookie.ts"
import { pathOf, unrouted } from "./unrouted.ts"

const over = new NotFound({ detail: "this visit is over, or belongs to another browser; ask for another link" })

const unknown = new ProviderUnknown({ detail: "there is no such integration" })

const make = Effect.gen(function* () {
  const connect = yield* Connect
  const answers = yield* makeAnswers
  const cookie = yield* makeVisitCookie

  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const at = callbackAt(request.url)
    if (Option.isNone(at)) return yield* unrouted("GET", request.url)
    const { way } = at.value
    const slug = textOf(at.value.slug) ?? ""
    const parameters = new URLSearchParams(request.url.slice(pathOf(request.url).length))
    const token = cookie.of(request)
    const page = (slug: string) => pageFromCallback(way, slug)

    const work = Effect.gen(function* () {
      if (Option.isNone(Catalog.find(slug))) return yield* unknown
      if (Option.isNone(token)) return yield* over
      const outcome = yield* connect.finish(token.value, way, slug, parameters)
      if (outcome !== "connected") return seeOther(page(slug))
      return answers.standing(token.value, yield* connect.view(token.value))
    })
    return yield* Effect.catch(work, (refusal) =>
      Effect.map(answers.refused({ token, state: stateOf(way, parameters) }, refusal), ({ failure, view }) =>
        answers.failed(view, failure, page)
      )
    )
  })
})

export const layer = HttpRouter.use((router) =>
  Effect.flatMap(make, (answer) => router.add("GET", "/api/oauth/*", answer))
)
