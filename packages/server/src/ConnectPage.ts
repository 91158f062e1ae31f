/**
 * The page on which an account is connected. A ticket becomes a visit; without
 * either the page says whose turn it is, in words, which is where `connect_url`
 * leads.
 */
import { Effect, Option, Redacted, Schema } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Connect } from "@vendodev/broker/connect/Connect"
import { ConnectFailed } from "@vendodev/broker/connect/ConnectFailed"
import { Visits } from "@vendodev/broker/connect/Visits"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { Integration } from "@vendodev/catalog/Integration"
import { NotFound, ProviderUnknown, ValidationFailed } from "@vendodev/domain/BrokerError"
import { ConnectionId } from "@vendodev/domain/Ids"
import { canBeSlug, notSlug, textOf } from "./asking.ts"
import { makeAnswers, seeOther } from "./connect/answers.ts"
import { makeFormGuard } from "./connect/formGuard.ts"
import { pagePrefix } from "./connect/paths.ts"
import { asOrigin } from "./connect/result.ts"
import { makeVisitCookie } from "./connect/visitCookie.ts"
import { asPage, escaped, pageOf } from "./page.ts"
import { pathOf, unrouted } from "./unrouted.ts"

/** What the operator types. An account is named where it is held elsewhere, and pasted or asked for otherwise. */
const commands = ({ profiles, slug }: Shown): ReadonlyArray<string> =>
  profiles.includes("composio_managed")
    ? [
        "vendo connection list",
        "vendo connection reconnect <connection> --account <account>",
        `vendo connection create ${slug} --account <account>`
      ]
    : ["vendo connection list", `vendo connection create ${slug}`]

type Shown = Pick<Integration, "name" | "slug" | "profiles">

/** For who comes without a ticket. */
export const page = (integration: Shown) => {
  const name = escaped(integration.name)
  return pageOf(
    `Connect ${name}`,
    `<p>A tool needs a working ${name} connection, and has none: the account was never connected, or ${name}
no longer accepts it.</p>
<p>The operator of this installation connects it, or authorises it again. Send this page to them.</p>
<h2>For the operator</h2>
<p>See which connections there are; authorise the one that is broken again, or make a new one and bind it to the tool:</p>
<pre>${escaped(commands(integration).join("\n"))}</pre>`
  )
}

/** The integration that stands in the path. */
const integrationAt = (request: HttpServerRequest.HttpServerRequest) => {
  const raw = pathOf(request.url).slice(pagePrefix.length)
  if (raw === "" || raw.includes("/")) return Effect.fail(unrouted(request.method, request.url))
  const slug = textOf(raw)
  if (!canBeSlug(slug)) return Effect.fail(notSlug)
  return Option.match(Catalog.find(slug), {
    onNone: () => Effect.fail(new ProviderUnknown({ detail: `there is no integration called ${slug}` })),
    onSome: Effect.succeed
  })
}

const queryOf = ({ url }: HttpServerRequest.HttpServerRequest) => new URLSearchParams(url.slice(pathOf(url).length))

const over = new NotFound({ detail: "this visit is over; ask for another link" })

const noAction = new ConnectFailed({
  code: "missing_params",
  row: "validation_failed",
  detail: "the form did not say what to do; open the page again"
})

const isConnectionId = Schema.is(ConnectionId)
const chosenNone = new ValidationFailed({ field: "connection", detail: "choose a connection" })

/** The fields of a form that say what a connection is to act on. */
const choicesIn = (fields: URLSearchParams) =>
  Object.fromEntries(
    [...fields].flatMap(([name, value]) =>
      name.startsWith("context.") ? [[name.slice("context.".length), value]] : []
    )
  )

const make = Effect.gen(function* () {
  const connect = yield* Connect
  const visits = yield* Visits
  const answers = yield* makeAnswers
  const guard = yield* makeFormGuard
  const cookie = yield* makeVisitCookie

  /** The visit of this browser, if it is one to this page. */
  const visitTo = (token: Redacted.Redacted, { slug }: Integration) =>
    Effect.filterOrFail(
      connect.view(token),
      ({ visit }) => visit.slug === slug,
      () => over
    )

  const redeem = Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    integration: Integration,
    ticket: Redacted.Redacted
  ) {
    const opener = Option.flatMap(Option.fromNullOr(queryOf(request).get("opener_origin")), asOrigin)
    return yield* visits.open(ticket, opener).pipe(
      Effect.map(({ slug, token }) => cookie.set(seeOther(slug), token)),
      Effect.catchTag("not_found", (used) => {
        const token = cookie.of(request)
        const mine = Option.isSome(token) ? Effect.option(visitTo(token.value, integration)) : Effect.succeedNone
        // Whoever comes here twice, as by going back, is where they were.
        return Effect.map(mine, (view) =>
          Option.isSome(view)
            ? seeOther(integration.slug)
            : answers.failed(
                Option.none(),
                { code: "session_over", row: "not_found", detail: used.detail, field: undefined },
                String
              )
        )
      })
    )
  })

  const show = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const integration = yield* integrationAt(request)
    const ticket = queryOf(request).get("ticket")
    if (ticket !== null) return yield* redeem(request, integration, Redacted.make(ticket, { label: "ticket" }))
    const token = cookie.of(request)
    const view = Option.isSome(token)
      ? yield* Effect.catchTag(Effect.asSome(visitTo(token.value, integration)), "not_found", () => Effect.succeedNone)
      : Option.none()
    return Option.isSome(token) && Option.isSome(view)
      ? answers.standing(token.value, view.value)
      : HttpServerResponse.text(page(integration), asPage)
  })

  const leave = Effect.fnUntraced(function* (token: Redacted.Redacted, way: "oauth" | "composio", name: string) {
    const url = yield* connect.start(token, way)
    // The visit lasts as long as the way there and back may take.
    return cookie.set(answers.leaving(name, Redacted.value(url)), token)
  })

  const act = Effect.fnUntraced(function* (
    token: Redacted.Redacted,
    { name, slug }: Integration,
    fields: URLSearchParams
  ) {
    const back = seeOther(slug)
    switch (fields.get("action")) {
      case "paste": {
        const credential = Redacted.make(fields.get("credential") ?? "", { label: "credential" })
        return yield* Effect.as(connect.paste(token, credential, fields.get("unverified") === "1"), back)
      }
      case "oauth":
        return yield* leave(token, "oauth", name)
      case "composio":
        return yield* leave(token, "composio", name)
      case "use": {
        const id = fields.get("connection")
        return isConnectionId(id) ? yield* Effect.as(connect.use(token, id), back) : yield* chosenNone
      }
      case "choose":
        return yield* Effect.as(connect.choose(token, choicesIn(fields)), back)
      case "replace":
        return yield* Effect.as(connect.replace(token), back)
      case "keep":
        return yield* Effect.as(connect.startOver(token), back)
      case "cancel":
        return yield* Effect.as(connect.cancel(token), back)
      default:
        return yield* noAction
    }
  })

  const submit = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const integration = yield* integrationAt(request)
    const token = cookie.of(request)
    const work = Effect.gen(function* () {
      yield* guard.judgeSender(request)
      if (Option.isNone(token)) return yield* over
      const fields = new URLSearchParams(yield* Effect.mapError(request.text, () => noAction))
      yield* guard.judgeToken(token.value, fields)
      yield* visitTo(token.value, integration)
      return yield* act(token.value, integration, fields)
    })
    return yield* work.pipe(
      Effect.catch((refusal) =>
        Effect.gen(function* () {
          const { failure, view } = yield* answers.refused({ token, state: Option.none() }, refusal)
          const mine = Option.filter(view, ({ visit }) => visit.slug === integration.slug)
          if (Option.isNone(token) || Option.isNone(mine)) {
            return cookie.clear(answers.failed(Option.none(), failure, String))
          }
          return failure.code === "forged_request"
            ? answers.failed(mine, failure, String)
            : answers.forms(token.value, mine.value, Option.some(failure))
        })
      )
    )
  })

  return { show, submit }
})

export const layer = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const { show, submit } = yield* make
    yield* router.add("GET", `${pagePrefix}*`, show)
    yield* router.add("POST", `${pagePrefix}*`, submit)
  })
)
