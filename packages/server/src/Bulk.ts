/** `GET /_bulk?slugs=a,b`: several tokens in one round trip, each with its own answer. */
import { Array, Effect, Option, Result } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { mostSlugs } from "@vendodev/api/CredentialsGroup"
import { toWire } from "@vendodev/api/WireError"
import { CredentialResolver } from "@vendodev/broker/vend/CredentialResolver"
import type { AccessToken } from "@vendodev/domain/AccessToken"
import type { BrokerError, ValidationFailed } from "@vendodev/domain/BrokerError"
import { bearerOf, canBeSlug, invalid, prefix, wipingKey } from "./asking.ts"
import { asJson, opened } from "./vended.ts"

const path = `${prefix}_bulk`

/** Whether a raw request target is this route. */
export const isHere = (target: string): boolean =>
  target.startsWith(path) && (target.length === path.length || target[path.length] === "?")

const notSlugs = invalid("slugs", `slugs is a list of 1 to ${mostSlugs} slugs, such as ?slugs=notion,slack`)

const oneConnection = invalid(
  "x-vendo-connection",
  "X-Vendo-Connection names one connection; ask for its integration alone"
)

/** Each slug once, in the order they were first named. */
const parse = (target: string): ReadonlyArray<string> | ValidationFailed => {
  const [list, ...others] = new URLSearchParams(target.slice(path.length)).getAll("slugs")
  if (list === undefined || others.length > 0) return notSlugs
  const slugs = [...new Set(list.split(","))]
  return slugs.length <= mostSlugs && slugs.every(canBeSlug) ? slugs : notSlugs
}

export const handler = Effect.map(CredentialResolver, (resolver) => (request: HttpServerRequest.HttpServerRequest) => {
  const slugs = parse(request.url)
  if ("_tag" in slugs) return Effect.fail(slugs)
  const bearer = bearerOf(request)
  if ("_tag" in bearer) return Effect.fail(bearer)
  if (Option.isSome(bearer.connection)) return Effect.fail(oneConnection)
  return wipingKey(bearer)(
    Effect.map(resolver.resolveAll(bearer, slugs), (results) => answer(Array.zip(slugs, results)))
  )
})

type Answered = readonly [slug: string, result: Result.Result<AccessToken, BrokerError>]

const credential = (token: AccessToken): string =>
  `${opened(token)}${token.warning === undefined ? "" : `,"warning":"${token.warning}"`}}`

const refusal = (error: BrokerError): string => {
  const { connect_url, detail } = toWire(error).body
  return JSON.stringify({ code: error._tag, detail, connect_url })
}

/** Written and not collected in objects, in which some slugs would mean something else. */
const members = (entries: ReadonlyArray<readonly [name: string, json: string]>): string =>
  `{${entries.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`

const answer = (answers: ReadonlyArray<Answered>) => {
  const tokens = members(
    answers.map(([slug, result]) => [slug, Result.isSuccess(result) ? credential(result.success) : "null"])
  )
  const errors = members(
    answers.flatMap(([slug, result]) => (Result.isFailure(result) ? [[slug, refusal(result.failure)] as const] : []))
  )
  return HttpServerResponse.text(`{"tokens":${tokens},"errors":${errors}}`, asJson)
}
