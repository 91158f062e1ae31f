/**
 * The hot path: `GET /<slug>` and `GET /v1/<KEY>`.
 *
 * Declared in the contract like every endpoint, but answered by hand, because
 * decoding and encoding through schemas would cost more than all the rest.
 */
import { NodeHttpServerRequest } from "@effect/platform-node"
import { DateTime, Effect, Option, Redacted, Schema } from "effect"
import { Headers, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Catalog from "@vendodev/catalog/Catalog"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import { type BrokerError, NotFound, ProviderUnknown, ValidationFailed } from "@vendodev/domain/BrokerError"
import { ConnectionId, EnvVarName } from "@vendodev/domain/Ids"
import { refuseBody } from "./refuseBody.ts"

export const prefix = "/credentials/"
const variablePrefix = "v1/"

/** Any text that could be a slug. Whether it is one, the catalog says, and only to a caller with a key. */
const slugLike = /^[A-Za-z0-9_-]{1,63}$/

/** A key that came to the wrong place must not be repeated, looked up or recorded. */
const keyLike = /vendo_(?:sk|at)_/i

type Asked = { readonly slug: string } | { readonly variable: string }

const invalid = (field: string, detail: string) => new ValidationFailed({ field, detail })
const isVariable = Schema.is(EnvVarName)
const isConnectionId = Schema.is(ConnectionId)

/** What a raw request target asks for. Paths are taken as they come: nothing is normalised into a hit. */
export const parse = (target: string): Asked | BrokerError => {
  const end = target.indexOf("?")
  const rest = target.slice(prefix.length, end === -1 ? undefined : end)
  const byVariable = rest.startsWith(variablePrefix)
  const raw = byVariable ? rest.slice(variablePrefix.length) : rest
  if (raw.includes("/") || rest === "") return new NotFound({ detail: "there is no such route" })
  const text = raw.includes("%") ? decode(raw) : raw
  if (byVariable) {
    return text !== undefined && isVariable(text)
      ? { variable: text }
      : invalid("key", "an environment variable name is upper case letters, digits and '_', such as OPENAI_API_KEY")
  }
  return text !== undefined && slugLike.test(text) && !keyLike.test(text)
    ? { slug: text }
    : invalid("slug", "a slug is letters, digits, '-' and '_', such as notion")
}

const decode = (raw: string): string | undefined => {
  try {
    return decodeURIComponent(raw)
  } catch {
    return undefined
  }
}

/** RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1). None when nothing was sent at all. */
const bearer = (authorization: string | undefined): Option.Option<Redacted.Redacted> => {
  if (authorization === undefined || authorization === "") return Option.none()
  return Option.some(Redacted.make(/^bearer ([!-~]+)$/i.exec(authorization)?.[1] ?? "", { label: "bearer" }))
}

const redacted = (value: string | undefined) => Option.map(Option.fromUndefinedOr(value), (text) => Redacted.make(text))

const vend = Effect.map(CredentialResolver, (resolver) => (request: HttpServerRequest.HttpServerRequest) => {
  const asked = parse(request.url)
  if ("_tag" in asked) return Effect.fail(asked)
  const { headers } = request
  const connection = headers["x-vendo-connection"]
  if (connection !== undefined && !isConnectionId(connection)) return invalidConnection

  const key = bearer(headers["authorization"])
  const resolved = resolver.resolve({
    key,
    slug: "slug" in asked ? asked.slug : Option.getOrElse(Catalog.findByVariable(asked.variable), () => ""),
    userJwt: redacted(headers["x-vendo-user-jwt"]),
    connection: Option.fromUndefinedOr(connection)
  })
  const answered = Effect.ensuring(
    Effect.map("slug" in asked ? resolved : namingVariable(asked.variable, resolved), answer),
    Effect.sync(() => wipe(key))
  )
  return headers["content-length"] === undefined && headers["transfer-encoding"] === undefined
    ? answered
    : Effect.andThen(refuseBody(NodeHttpServerRequest.toIncomingMessage(request)), answered)
})

/** No secret is held longer than its request; and a garbage collector slows down under many of them. */
const wipe = Option.map((secret: Redacted.Redacted) => Redacted.wipeUnsafe(secret))

const invalidConnection = Effect.fail(
  invalid("x-vendo-connection", "X-Vendo-Connection is the id of a connection, a lower-case UUID")
)

const namingVariable = (variable: string, resolved: Effect.Effect<AccessToken, BrokerError>) =>
  Effect.catchTag(
    resolved,
    "provider_unknown",
    () => new ProviderUnknown({ detail: `no integration of the catalog provides ${variable}` })
  )

/** The one place where a vended token leaves its wrapper. */
const answer = ({ expiresAt, token, tokenType }: AccessToken) => {
  const access = JSON.stringify(Redacted.value(token))
  Redacted.wipeUnsafe(token)
  const expires = Option.isNone(expiresAt) ? "null" : JSON.stringify(DateTime.formatIso(expiresAt.value))
  return HttpServerResponse.text(
    `{"access_token":${access},"expires_at":${expires},"token_type":"${tokenType}"}`,
    asJson
  )
}

const asJson = {
  contentType: "application/json",
  headers: Headers.fromRecordUnsafe({ vary: "Authorization, X-Vendo-User-JWT" })
}

export const layer = HttpRouter.use((router) =>
  Effect.flatMap(vend, (handler) => router.add("GET", `${prefix}*`, handler))
)
