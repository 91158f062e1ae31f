/** How an attempt ended, told to whoever opened the page: the window that did, and where the browser goes back to. */
import { Effect, Option } from "effect"
import type { ConnectCode } from "@vendodev/broker/connect/ConnectFailed"
import type { Visit } from "@vendodev/broker/connect/Visits"
import type { Connection } from "@vendodev/domain/Connection"
import { escaped } from "../page.ts"
import { Settings } from "../Settings.ts"

export type Result =
  | { readonly status: "success"; readonly connection: Connection }
  | { readonly status: "cancelled" }
  | { readonly status: "error"; readonly code: ConnectCode; readonly detail: string }

/** Fixed, so that the page can be known by its hash. What it says, and to whom, is in its attributes. */
export const script =
  "{const{to,messages}=document.currentScript.dataset;if(window.opener){for(const m of JSON.parse(messages))" +
  "window.opener.postMessage(m,to);window.close()}}"

const originOf = (text: string): Option.Option<string> =>
  Option.filter(Option.fromNullOr(URL.parse(text)), ({ protocol }) => /^https?:$/.test(protocol)).pipe(
    Option.map(({ origin }) => origin)
  )

/** No origin is longer: a host has at most 253 letters. */
const longest = 512

/** An origin as browsers say it, and nothing that is merely read as one. */
export const asOrigin = (text: string): Option.Option<string> =>
  Option.filter(originOf(text), (origin) => origin === text && origin.length <= longest)

export interface Told {
  /** Markup: the script that tells the opener, if there is one that may hear of it. */
  readonly script: string
  /** Markup: the way back. */
  readonly back: string
  /** Markup for the head: goes back by itself, where nobody waits in another window. */
  readonly head: string
}

/** While developing, any tool of this machine may be returned to. */
const isLoopback = (origin: string) => /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(origin)

export const makeResult = Effect.gen(function* () {
  const { environment, publicUrl, returnOrigins } = yield* Settings
  const own = Option.flatMap(publicUrl, originOf)
  const mayReturnTo = (origin: string) =>
    Option.contains(own, origin) ||
    returnOrigins.includes(origin) ||
    (environment === "development" && isLoopback(origin))

  /** Only the page it will be returned to, or one of ours: anybody can write an origin into an address. */
  const openerOf = ({ openerOrigin, returnTo }: Visit): Option.Option<string> =>
    Option.filter(
      openerOrigin,
      (origin) => Option.contains(own, origin) || Option.contains(Option.flatMap(returnTo, originOf), origin)
    )

  const addressOf = ({ returnTo, state }: Visit, result: Result): Option.Option<URL> =>
    Option.map(
      Option.flatMap(returnTo, (text) => Option.fromNullOr(URL.parse(text))),
      (url) => {
        if (Option.isSome(state)) url.searchParams.set("state", state.value)
        url.searchParams.set("status", result.status)
        if (result.status === "success") url.searchParams.set("connection_id", result.connection.id)
        return url
      }
    )

  const messagesOf = (visit: Visit, result: Result) => {
    if (result.status === "success") {
      const { id, name } = result.connection
      return [
        {
          type: "vendo:oauth:done",
          provider: visit.slug,
          connection_id: id,
          external_id: `vendo_conn_${id.replaceAll("-", "")}`,
          display_name: name,
          return_url: Option.getOrNull(Option.map(addressOf(visit, result), ({ href }) => href))
        },
        { type: "vendo:connection-completed", slug: visit.slug, connectionId: id }
      ]
    }
    const { code, detail } = result.status === "error" ? result : { code: "cancelled", detail: "nothing was connected" }
    return [{ type: "vendo:oauth:error", code, detail }]
  }

  return (visit: Visit, result: Result): Told => {
    const opener = openerOf(visit)
    const address = addressOf(visit, result)
    const mayFollow = Option.exists(address, ({ origin }) => mayReturnTo(origin))
    return {
      script: Option.match(opener, {
        onNone: () => "",
        onSome: (to) => {
          const messages = escaped(JSON.stringify(messagesOf(visit, result)))
          return `<script data-to="${escaped(to)}" data-messages="${messages}">${script}</script>`
        }
      }),
      back: Option.match(address, {
        onNone: () => `<p>You can close this window.</p>`,
        onSome: ({ href, origin }) =>
          mayFollow
            ? `<p><a href="${escaped(href)}">Go back to ${escaped(origin)}</a></p>`
            : `<p>You can close this window. The tool wanted to be returned to at <code>${escaped(href)}</code>, which this installation does not link to.</p>`
      }),
      head:
        mayFollow && Option.isNone(opener) && result.status !== "error"
          ? `\n<meta http-equiv="refresh" content="0; url=${escaped(Option.getOrThrow(address).href)}">`
          : ""
    }
  }
})
