/** `POST /<slug>/refused`: a provider did not accept a token that was vended. */
import { ByteSize, Effect, Schema } from "effect"
import { HttpIncomingMessage, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { RefusedToken } from "@vendodev/api/CredentialsGroup"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import { bearerOf, canBeSlug, invalid, notSlug, prefix, textOf, wipingKey } from "./asking.ts"
import { unrouted } from "./unrouted.ts"
import { asInvalid } from "./ValidRequest.ts"

/** A fingerprint, a status and room for spaces. */
const largestBody = ByteSize.kibibytes(1)

const route = new RegExp(`^${prefix}([^/?]+)/refused(?:\\?|$)`)
const json = /^application\/json\s*(?:;|$)/i

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(RefusedToken), { onExcessProperty: "error" })

const notJson = invalid("content-type", "send Content-Type: application/json")

const reportOf = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  if (!json.test(request.headers["content-type"] ?? "")) return yield* notJson
  const text = yield* Effect.provideService(request.text, HttpIncomingMessage.MaxBodySize, largestBody)
  return yield* Effect.mapError(decode(text), ({ issue }) => asInvalid(issue, "body"))
})

export const handler = Effect.map(CredentialResolver, (resolver) =>
  Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const raw = route.exec(request.url)?.[1]
    if (raw === undefined) return yield* unrouted("POST", request.url)
    const slug = textOf(raw)
    if (!canBeSlug(slug)) return yield* notSlug
    const bearer = bearerOf(request)
    if ("_tag" in bearer) return yield* bearer
    const report = yield* reportOf(request)
    const verdict = yield* wipingKey(bearer)(resolver.report({ ...bearer, slug }, report))
    return HttpServerResponse.jsonUnsafe({ verdict })
  })
)
