/** What every request of the credentials surface has in common: what it names, and who asks. */
import { Effect, Option, Redacted, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { Bearer } from "@vendodev/broker/vend/CredentialResolver"
import { ValidationFailed } from "@vendodev/domain/BrokerError"
import { ConnectionId } from "@vendodev/domain/Ids"

export const prefix = "/credentials/"

/** Any text that could be a slug. Whether it is one, the catalog says, and only to a caller with a key. */
const slugLike = /^[A-Za-z0-9_-]{1,63}$/

/** A key that came to the wrong place must not be repeated, looked up or recorded. */
const keyLike = /vendo_(?:sk|at|c[tv])_/i

export const canBeSlug = (text: string | undefined): text is string =>
  text !== undefined && slugLike.test(text) && !keyLike.test(text)

export const invalid = (field: string, detail: string) => new ValidationFailed({ field, detail })

/** The text behind a part of a path. None where its escapes are broken. */
export const textOf = (raw: string): string | undefined => {
  if (!raw.includes("%")) return raw
  try {
    return decodeURIComponent(raw)
  } catch {
    return undefined
  }
}

export const notSlug = invalid("slug", "a slug is letters, digits, '-' and '_', such as notion")

const isConnectionId = Schema.is(ConnectionId)

const notConnection = invalid("x-vendo-connection", "X-Vendo-Connection is the id of a connection, a lower-case UUID")

/** RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1). None when nothing was sent at all. */
const bearer = (authorization: string | undefined): Option.Option<Redacted.Redacted> => {
  if (authorization === undefined || authorization === "") return Option.none()
  return Option.some(Redacted.make(/^bearer ([!-~]+)$/i.exec(authorization)?.[1] ?? "", { label: "bearer" }))
}

const redacted = (value: string | undefined) => Option.map(Option.fromUndefinedOr(value), (text) => Redacted.make(text))

/** Who asks, by the headers of the request. */
export const bearerOf = ({ headers }: HttpServerRequest.HttpServerRequest): Bearer | ValidationFailed => {
  const connection = headers["x-vendo-connection"]
  if (connection !== undefined && !isConnectionId(connection)) return notConnection
  return {
    key: bearer(headers["authorization"]),
    userJwt: redacted(headers["x-vendo-user-jwt"]),
    connection: Option.fromUndefinedOr(connection)
  }
}

const wipe = Option.map((secret: Redacted.Redacted) => Redacted.wipeUnsafe(secret))

/** No secret is held longer than its request; and a garbage collector slows down under many of them. */
export const wipingKey =
  ({ key }: Bearer) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.ensuring(
      work,
      Effect.sync(() => wipe(key))
    )
