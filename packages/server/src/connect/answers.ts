/** Answers of the page: what is shown, under the strictest policy it works with. */
import { Effect, Option, type Redacted } from "effect"
import { HttpServerResponse } from "effect/http"
import { errorCodeHeader } from "@vendodev/api/WireError"
import { Connect, type ConnectRefusal, type View } from "@vendodev/broker/connect/Connect"
import { type Brought, Visits } from "@vendodev/broker/connect/Visits"
import type { Connection } from "@vendodev/domain/Connection"
import { type ErrorCode, errorTable } from "@vendodev/domain/BrokerError"
import { asPage, escaped, hashOf, pageOf, styleHash } from "../page.ts"
import { type ConnectFailure, failureOf } from "./failures.ts"
import { makeFormGuard } from "./formGuard.ts"
import { bodyOf, connectedAs } from "./markup.ts"
import { makeResult, script } from "./result.ts"

const policy = (runs: boolean) =>
  [
    "default-src 'none'",
    `style-src ${styleHash}`,
    ...(runs ? [`script-src ${hashOf(script)}`] : []),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'"
  ].join("; ")

const statuses = new Map<ErrorCode, number>(errorTable.map(({ code, status }) => [code, status]))

interface Page {
  readonly title: string
  readonly body: string
  readonly head?: string
  readonly runs?: boolean
  /** The row of the error table it is answered with. */
  readonly row?: ErrorCode
}

const answer = ({ body, head = "", row, runs = false, title }: Page) =>
  HttpServerResponse.text(pageOf(escaped(title), body, head), {
    status: row === undefined ? 200 : (statuses.get(row) ?? 500),
    contentType: asPage.contentType,
    headers: {
      ...asPage.headers,
      "content-security-policy": policy(runs),
      "referrer-policy": "no-referrer",
      ...(row === undefined ? {} : { [errorCodeHeader]: row })
    }
  })

/** Relative, for what is before our own paths is somebody else's to know. */
export const seeOther = (location: string) => HttpServerResponse.text("", { status: 303, headers: { location } })

export const makeAnswers = Effect.gen(function* () {
  const connect = yield* Connect
  const visits = yield* Visits
  const guard = yield* makeFormGuard
  const told = yield* makeResult

  /** The forms of a visit, with what went wrong when one of them was sent. */
  const forms = (token: Redacted.Redacted, view: View, failure: Option.Option<ConnectFailure>) =>
    answer({
      title: `Connect ${view.integration.name}`,
      body: bodyOf({ view, formToken: guard.tokenOf(token), failure }),
      ...(Option.isSome(failure) ? { row: failure.value.row } : {})
    })

  const connected = (view: View, connection: Connection) => {
    const { back, head, script } = told(view.visit, { status: "success", connection })
    return answer({
      title: `${view.integration.name} is connected`,
      body: [connectedAs(connection), back, script].join("\n"),
      head,
      runs: script !== ""
    })
  }

  const cancelled = ({ integration, visit }: View) => {
    const { back, head, script } = told(visit, { status: "cancelled" })
    const body = [`<p role="status">Nothing was connected.</p>`, back, script].join("\n")
    return answer({ title: `${integration.name} was not connected`, body, head, runs: script !== "" })
  }

  /** One sentence and a code; and where the visit goes on, its page and who opened it. */
  const failed = (view: Option.Option<View>, { code, detail, row }: ConnectFailure, page: (slug: string) => string) => {
    const said = `<div role="alert" tabindex="-1" autofocus>\n<p>${escaped(detail)}</p>\n<p>Code: <code>${escaped(code)}</code></p>\n</div>`
    return Option.match(view, {
      onNone: () => answer({ title: "Not connected", body: said, row }),
      onSome: ({ integration, visit }) => {
        const { back, script } = told(visit, { status: "error", code, detail })
        const again = `<p><a href="${escaped(page(visit.slug))}">Try again</a></p>`
        return answer({
          title: `${integration.name} was not connected`,
          body: [said, again, back, script].join("\n"),
          runs: script !== "",
          row
        })
      }
    })
  }

  return {
    forms,
    /** Where the visit stands. */
    standing: (token: Redacted.Redacted, view: View) => {
      if (Option.isSome(view.connected)) return connected(view, view.connected.value)
      return view.visit.step === "cancelled" ? cancelled(view) : forms(token, view, Option.none())
    },
    failed,
    /** On the way to the provider: its address is in no form's answer, for a policy would hold for all that follows it. */
    leaving: (name: string, url: string) =>
      answer({
        title: `Continue to ${name}`,
        body: `<p><a href="${escaped(url)}">Continue to ${escaped(name)}</a></p>`,
        head: `\n<meta http-equiv="refresh" content="0; url=${escaped(url)}">`
      }),
    /** Recorded before it is shown; and the visit it was an attempt of, if it is still there. */
    refused: Effect.fnUntraced(function* (brought: Brought, refusal: ConnectRefusal) {
      const failure = failureOf(refusal)
      // A database that is out of reach records nothing, and has stored nothing.
      const recorded = yield* Effect.result(visits.refused(brought, failure.code))
      const view = Option.isSome(brought.token)
        ? yield* Effect.option(connect.view(brought.token.value))
        : Option.none()
      return {
        view,
        failure: recorded._tag === "Failure" ? failureOf(recorded.failure) : failure
      }
    })
  }
})
