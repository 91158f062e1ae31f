/** Whether a form was sent from the page of this visit, by the browser that has it open. */
import { Effect, Option, Redacted } from "effect"
import type { HttpServerRequest } from "effect/http"
import { timingSafeEqual } from "node:crypto"
import { ConnectFailed } from "@vendodev/broker/connect/ConnectFailed"
import { Visits } from "@vendodev/broker/connect/Visits"
import { Settings } from "../Settings.ts"

const forged = new ConnectFailed({
  code: "forged_request",
  row: "forbidden",
  detail: "this was not sent from the page of this visit; open the page again"
})

const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i

/**
 * A page that sends no referrer has the browser say `null` for its origin. Then
 * the browser must say that page and target are of one site, which no page of
 * another one can.
 */
const isOwn = ({ headers }: HttpServerRequest.HttpServerRequest, own: Option.Option<string>): boolean => {
  const { origin = "" } = headers
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin") return false
  return Option.contains(own, origin) || (origin === "null" && site === "same-origin")
}

export const makeFormGuard = Effect.gen(function* () {
  const { publicUrl } = yield* Settings
  const own = Option.map(publicUrl, (url) => new URL(url).origin)
  const { formToken } = yield* Visits
  return {
    tokenOf: formToken,
    /** Before the body is read. */
    judgeSender: (request: HttpServerRequest.HttpServerRequest) =>
      isForm.test(request.headers["content-type"] ?? "") && isOwn(request, own) ? Effect.void : Effect.fail(forged),
    judgeToken: (token: Redacted.Redacted, fields: URLSearchParams) => {
      const [expected, sent] = [Buffer.from(formToken(token)), Buffer.from(fields.get("form_token") ?? "")]
      return expected.length === sent.length && timingSafeEqual(expected, sent) ? Effect.void : Effect.fail(forged)
    }
  }
})
