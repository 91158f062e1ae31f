/** The four ways to ask for what a connection holds, as bytes on a connection of their own. */
import { assert } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { CredentialResponse, CredentialsResponse, RefusedVerdict } from "@vendodev/api/CredentialsGroup"
import * as Catalog from "@vendodev/catalog/Catalog"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { isRow } from "../edges/row.ts"
import { Service } from "../fixtures/service.ts"
import { type Answer, type Asked, message, one } from "../fixtures/wire.ts"

/** A variable that stands for the integration's token; for what is none of them, one that stands for nothing. */
export const variableOf = (slug: string): string =>
  Catalog.integrations
    .flatMap(({ env }) => Object.values(env).flatMap((all) => all ?? []))
    .map(({ name }) => name)
    .find((name) => Catalog.findByVariable(name).pipe((found) => found._tag === "Some" && found.value === slug)) ??
  "NO_SUCH_TOKEN"

const report = JSON.stringify({ fingerprint: "0".repeat(64), status: 403 })

const asks = {
  "GET /<slug>": (slug: string): Asked => ({ path: `/credentials/${slug}` }),
  "GET /v1/<KEY>": (slug: string): Asked => ({ path: `/credentials/v1/${variableOf(slug)}` }),
  "GET /_bulk": (slug: string): Asked => ({ path: `/credentials/_bulk?slugs=${slug},openai` }),
  "POST /<slug>/refused": (slug: string): Asked => ({
    method: "POST",
    path: `/credentials/${slug}/refused`,
    body: report,
    headers: { "Content-Type": "application/json" }
  })
}
export type Way = keyof typeof asks
export const ways: ReadonlyArray<Way> = ["GET /<slug>", "GET /v1/<KEY>", "GET /_bulk", "POST /<slug>/refused"]

export interface Caller {
  readonly key: string | undefined
  /** The header as it is sent: its bytes, by their code points. */
  readonly userToken: string | undefined
}

export const ask = Effect.fnUntraced(function* (way: Way, { key, userToken }: Caller, slug = "notion") {
  const { port } = yield* Service
  const asked = asks[way](slug)
  return yield* one(
    port,
    message({
      ...asked,
      ...(key === undefined ? {} : { bearer: key }),
      headers: { ...asked.headers, ...(userToken === undefined ? {} : { "X-Vendo-User-JWT": userToken }) }
    })
  )
})

const json = <S extends Schema.Codec<unknown, unknown>>(schema: S) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(schema))
const readOne = json(CredentialResponse)
const readMany = json(CredentialsResponse)
const readVerdict = json(RefusedVerdict)

/** The token of the slug, or that somebody entitled to it was heard. */
export const isGranted = (way: Way, { body, status }: Answer, token: string, slug = "notion") => {
  assert.strictEqual(status, 200, body)
  if (way === "POST /<slug>/refused") assert.strictEqual(readVerdict(body).verdict, "unchanged")
  else if (way === "GET /_bulk") assert.strictEqual(readMany(body).tokens[slug]?.access_token, token)
  else assert.strictEqual(readOne(body).access_token, token)
}

/** Refused for the slug; where several were asked for, the others are answered for themselves. */
export const isRefusedFor = (way: Way, answer: Answer, code: ErrorCode, slug = "notion") => {
  assert.notInclude(answer.body, "unsaid")
  if (way !== "GET /_bulk") return void isRow(answer, code)
  assert.strictEqual(answer.status, 200, answer.body)
  const { errors, tokens } = readMany(answer.body)
  assert.isNull(tokens[slug])
  assert.strictEqual(errors[slug]?.code, code)
}
