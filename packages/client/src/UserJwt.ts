/**
 * Whose connections are meant: one end user's, or the deployment's own.
 *
 * A `Context.Reference`, so that one client serves every user: a scope is a
 * value in the context of the call, and is on every request the call makes.
 */
import { Context, Effect, Option, Redacted } from "effect"
import { Failure } from "./Failure.ts"
import { headerOf, type HeadersLike } from "./headerOf.ts"

export const userJwtHeader = "x-vendo-user-jwt"

/** The user token sent as `X-Vendo-User-JWT`. None means the deployment itself. */
export const UserJwt = Context.Reference<Option.Option<Redacted.Redacted>>("@vendodev/client/UserJwt", {
  defaultValue: Option.none
})

const absent = new Failure({
  code: "identity_not_present",
  detail: "the X-Vendo-User-JWT header is missing; the request did not come from a user"
})

/** Several values, spaces or line breaks are no token, and must not come near a header. */
const malformed = new Failure({
  code: "identity_invalid",
  detail: "the user token is not one compact JWT; send X-Vendo-User-JWT once, as it was issued"
})

/**
 * The user token as it may be sent.
 *
 * Fails with `identity_not_present` when it is blank (a client that was to be
 * a user's must never act as the deployment) and with `identity_invalid` when
 * it can not be a token.
 */
export const userJwt = (text: string): Effect.Effect<Redacted.Redacted, Failure> => {
  const jwt = text.trim()
  if (jwt === "") return Effect.fail(absent)
  return /^[!-~]+$/.test(jwt) ? Effect.succeed(Redacted.make(jwt, { label: "user token" })) : Effect.fail(malformed)
}

/** The user token of an incoming request. Fails as `userJwt` does. */
export const userJwtOf = (headers: HeadersLike): Effect.Effect<Redacted.Redacted, Failure> =>
  userJwt(headerOf(headers, userJwtHeader) ?? "")
