/**
 * The cookie of a visit. On https it has the prefix that only this host can set,
 * without a domain and for the whole of it; over http, while developing, it can
 * not.
 */
import { Effect, Option, Redacted } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Settings } from "../Settings.ts"

const plain = "vendo_visit"

/** Lax: the browser must bring it when a provider sends it back. */
const options = { path: "/", httpOnly: true, sameSite: "lax" } as const

export const makeVisitCookie = Effect.map(Settings, ({ publicUrl }) => {
  const secure = Option.exists(publicUrl, (url) => url.startsWith("https://"))
  const name = secure ? `__Host-${plain}` : plain
  const pair = `${name}=`
  return {
    /** None where there is none, or more than one: of two, one was planted. */
    of: ({ headers }: HttpServerRequest.HttpServerRequest): Option.Option<Redacted.Redacted> => {
      const pairs = (headers["cookie"] ?? "").split(";").map((text) => text.trim())
      const [value, ...more] = pairs.filter((text) => text.startsWith(pair)).map((text) => text.slice(pair.length))
      return value === undefined || more.length > 0 || !/^vendo_cv_[0-9A-Za-z]{42}$/.test(value)
        ? Option.none()
        : Option.some(Redacted.make(value, { label: "visit" }))
    },
    set: (response: HttpServerResponse.HttpServerResponse, token: Redacted.Redacted) =>
      HttpServerResponse.setCookieUnsafe(response, name, Redacted.value(token), {
        ...options,
        secure,
        maxAge: "10 minutes"
      }),
    clear: (response: HttpServerResponse.HttpServerResponse) =>
      HttpServerResponse.expireCookieUnsafe(response, name, { ...options, secure })
  }
})
