/**
 * How an error crosses HTTP: the code and whatever belongs in a header there,
 * prose and the extra fields in the body. One function encodes; the service's
 * handlers, its own parser answers and the contract below all use it.
 */
import { Array, Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"
import {
  BoundTo,
  BrokerError,
  type BrokerErrorClass,
  type ErrorCode,
  rowOf,
  Taken,
  TooLarge
} from "@vendodev/domain/BrokerError"

export const errorCodeHeader = "vendo-error-code"
export const requestIdHeader = "x-request-id"

const headersTooLarge = 431
const realm = `Bearer realm="vendo"`

const Body = Schema.Struct({
  error: Schema.String,
  detail: Schema.String,
  field: Schema.optionalKey(Schema.String),
  connect_url: Schema.optionalKey(Schema.String),
  top_up_url: Schema.optionalKey(Schema.String),
  bound_to: Schema.optionalKey(Schema.NullOr(BoundTo)),
  missing: Schema.optionalKey(Schema.Array(Schema.String)),
  taken: Schema.optionalKey(Schema.Array(Taken))
}).annotate({ identifier: "Error" })
type Body = typeof Body.Type

export interface Wire {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Body
}

const statuses = new Map<ErrorCode, number>(BrokerError.members.map((row) => [rowOf(row).code, rowOf(row).status]))

/** Status, headers and body of an error. Total: every error of the table has exactly one form. */
export const toWire = (error: BrokerError): Wire => {
  const { _tag: code, detail } = error
  const headers: Record<string, string> = { [errorCodeHeader]: code }
  const body: { -readonly [K in keyof Body]: Body[K] } = { error: code.replaceAll("_", " "), detail }
  const status = code === "too_large" && error.part === "headers" ? headersTooLarge : (statuses.get(code) ?? 500)
  if (status === 401) {
    // RFC 6750 §3.1: no `error` attribute when no credential was sent.
    const sent = !("challenge" in error) || error.challenge !== "none"
    headers["www-authenticate"] = sent ? `${realm}, error="invalid_token"` : realm
  }
  if ("retry_after" in error && error.retry_after !== undefined) headers["retry-after"] = String(error.retry_after)
  if ("allow" in error) headers["allow"] = error.allow.join(", ")
  if ("field" in error && error.field !== undefined) body.field = error.field
  if ("connect_url" in error && error.connect_url !== undefined) body.connect_url = error.connect_url
  if ("top_up_url" in error && error.top_up_url !== undefined) body.top_up_url = error.top_up_url
  if ("bound_to" in error) body.bound_to = error.bound_to
  if ("missing" in error && error.missing !== undefined) body.missing = error.missing
  if ("taken" in error && error.taken !== undefined) body.taken = error.taken
  return { status, headers, body }
}

const fromRow = Schema.decodeUnknownSync(BrokerError)

/** The error behind an answer: the inverse of `toWire`. */
const fromWire = (status: number, headers: Readonly<Record<string, string | undefined>>, body: Body): BrokerError => {
  const { error: _, ...fields } = body
  const retryAfter = headers["retry-after"]
  return fromRow({
    ...fields,
    _tag: headers[errorCodeHeader],
    challenge: headers["www-authenticate"] === realm ? "none" : "invalid_token",
    allow: headers["allow"]?.split(", ") ?? [],
    part: status === headersTooLarge ? "headers" : "body",
    bound_to: body.bound_to ?? null,
    ...(retryAfter === undefined ? {} : { retry_after: Number(retryAfter) })
  })
}

const Headers = {
  "retry-after": Schema.optionalKey(Schema.String),
  "www-authenticate": Schema.optionalKey(Schema.String),
  allow: Schema.optionalKey(Schema.String)
}

/** An endpoint may declare one header-carrying schema per status, so rows that share a status share a schema. */
const forStatus = (status: number, rows: Array.NonEmptyReadonlyArray<BrokerErrorClass>) =>
  Schema.Union(rows).pipe(
    HttpApiSchema.encodeToWithHeaders(
      {
        body: Body.pipe(HttpApiSchema.status(status)),
        headers: { ...Headers, [errorCodeHeader]: Schema.Literals(Array.map(rows, (row) => rowOf(row).code)) }
      },
      {
        decode: ({ body, headers }) => fromWire(status, headers, body),
        encode: (error) => {
          const { body, headers } = toWire(error)
          return { body, headers: { ...headers, [errorCodeHeader]: error._tag } }
        }
      }
    )
  )

/** The schemas of the errors an endpoint declares. `too_large` is the one code with two statuses. */
export const wireErrors = (...rows: Array.NonEmptyReadonlyArray<BrokerErrorClass>) => {
  const byStatus = Object.values(Array.groupBy(rows, (row) => String(rowOf(row).status)))
  return [
    ...byStatus.map((rows) => forStatus(rowOf(rows[0]).status, rows)),
    ...(rows.includes(TooLarge) ? [forStatus(headersTooLarge, [TooLarge])] : [])
  ]
}
