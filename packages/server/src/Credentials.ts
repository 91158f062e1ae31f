/**
 * The hot path: `GET /<slug>` and `GET /v1/<KEY>`.
 *
 * Declared in the contract like every endpoint, but answered by hand, because
 * decoding and encoding through schemas would cost more than all the rest.
 */
import { Effect, Option, Schema } from "effect"
import { HttpRouter, type HttpServerRequest } from "effect/http"
import * as Catalog from "@vendodev/catalog/Catalog"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import { type BrokerError, ProviderUnknown } from "@vendodev/domain/BrokerError"
import { EnvVarName } from "@vendodev/domain/Ids"
import { bearerOf, canBeSlug, invalid, notSlug, prefix, textOf, wipingKey } from "./asking.ts"
import * as Bulk from "./Bulk.ts"
import { refuseBody } from "./refuseBody.ts"
import * as Refused from "./Refused.ts"
import { pathOf, unrouted } from "./unrouted.ts"
import { answer } from "./vended.ts"

const variablePrefix = "v1/"

type Asked = { readonly slug: string } | { readonly variable: string }

const isVariable = Schema.is(EnvVarName)

/** What a raw request target asks for. Paths are taken as they come: nothing is normalised into a hit. */
const parse = (target: string): Asked | BrokerError => {
  const rest = pathOf(target).slice(prefix.length)
  const byVariable = rest.startsWith(variablePrefix)
  const raw = byVariable ? rest.slice(variablePrefix.length) : rest
  if (raw.includes("/") || rest === "") return unrouted("GET", target)
  const text = textOf(raw)
  if (byVariable) {
    return text !== undefined && isVariable(text)
      ? { variable: text }
      : invalid("key", "an environment variable name is upper case letters, digits and '_', such as OPENAI_API_KEY")
  }
  return canBeSlug(text) ? { slug: text } : notSlug
}

const vend = Effect.map(CredentialResolver, (resolver) => (request: HttpServerRequest.HttpServerRequest) => {
  const asked = parse(request.url)
  if ("_tag" in asked) return Effect.fail(asked)
  const bearer = bearerOf(request)
  if ("_tag" in bearer) return Effect.fail(bearer)
  const resolved = resolver.resolve({
    ...bearer,
    slug: "slug" in asked ? asked.slug : Option.getOrElse(Catalog.findByVariable(asked.variable), () => "")
  })
  return wipingKey(bearer)(Effect.map("slug" in asked ? resolved : namingVariable(asked.variable, resolved), answer))
})

const namingVariable = (variable: string, resolved: Effect.Effect<AccessToken, BrokerError>) =>
  Effect.catchTag(
    resolved,
    "provider_unknown",
    () => new ProviderUnknown({ detail: `no integration of the catalog provides ${variable}` })
  )

const get = Effect.gen(function* () {
  const one = yield* vend
  const many = yield* Bulk.handler
  return (request: HttpServerRequest.HttpServerRequest) => {
    const answered = Bulk.isHere(request.url) ? many(request) : one(request)
    return request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined
      ? answered
      : Effect.andThen(refuseBody(request), answered)
  }
})

export const layer = HttpRouter.use((router) =>
  Effect.gen(function* () {
    yield* router.add("GET", `${prefix}*`, yield* get)
    yield* router.add("POST", `${prefix}*`, yield* Refused.handler)
  })
)
