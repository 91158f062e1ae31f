/** What a tool is answered. */
import { DateTime, Option, Redacted } from "effect"
import { Headers, HttpServerResponse } from "effect/http"
import { warningHeader } from "@vendodev/api/CredentialsGroup"
import type { AccessToken } from "@vendodev/domain/AccessToken"

/** The one place where a vended token leaves its wrapper. An object of JSON, still open. */
export const opened = ({ expiresAt, token, tokenType }: AccessToken): string => {
  const access = JSON.stringify(Redacted.value(token))
  Redacted.wipeUnsafe(token)
  const expires = Option.isNone(expiresAt) ? "null" : JSON.stringify(DateTime.formatIso(expiresAt.value))
  return `{"access_token":${access},"expires_at":${expires},"token_type":"${tokenType}"`
}

export const asJson = {
  contentType: "application/json",
  headers: Headers.fromRecordUnsafe({ vary: "Authorization, X-Vendo-User-JWT" })
}

/** One token, by itself. */
export const answer = (token: AccessToken): HttpServerResponse.HttpServerResponse => {
  const response = HttpServerResponse.text(`${opened(token)}}`, asJson)
  return token.warning === undefined ? response : HttpServerResponse.setHeader(response, warningHeader, token.warning)
}
