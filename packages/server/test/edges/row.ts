/** What every answer that is not a success looks like: a row of the error table and nothing beside it. */
import { assert } from "@effect/vitest"
import { Schema } from "effect"
import { BrokerError, type ErrorCode, rowOf } from "@vendodev/domain/BrokerError"
import type { Answer } from "../fixtures/wire.ts"

const statuses = new Map(BrokerError.members.map((row) => [rowOf(row).code, rowOf(row).status]))

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const json = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)))

/** What may be in the body of a code besides `error` and `detail`. */
const extras: Partial<Record<ErrorCode, ReadonlyArray<string>>> = {
  validation_failed: ["field", "missing", "taken"],
  connection_needs_reauth: ["connect_url"],
  binding_missing: ["connect_url"],
  connection_revoked: ["connect_url"],
  balance_exhausted: ["top_up_url"],
  connection_in_use: ["bound_to", "taken"]
}

/** Where coming back later helps, and when. */
const hasRetryAfter = new Set([429, 502, 503])

export interface Particulars {
  readonly status?: number
  /** Whether a credential was sent, which decides the challenge of a 401. */
  readonly sent?: boolean
  readonly allow?: string
  readonly field?: string
  readonly head?: boolean
}

/** Asserts the whole of the form, and answers the body for what is particular to the test. */
export const isRow = (answer: Answer, code: ErrorCode, particulars: Particulars = {}) => {
  const { body, headers, status } = answer
  assert.strictEqual(headers["vendo-error-code"], code, `${status} ${body}`)
  assert.strictEqual(status, particulars.status ?? statuses.get(code))
  assert.strictEqual(headers["cache-control"], "no-store")
  assert.strictEqual(headers["content-type"], "application/json")
  assert.strictEqual(headers["x-content-type-options"], "nosniff")
  assert.match(headers["x-request-id"] ?? "", uuid)
  assert.strictEqual(
    headers["www-authenticate"],
    status !== 401 ? undefined : `Bearer realm="vendo"${particulars.sent === false ? "" : ', error="invalid_token"'}`
  )
  assert.strictEqual(headers["allow"], particulars.allow)
  assert.strictEqual("allow" in headers, status === 405)
  if (hasRetryAfter.has(status)) assert.match(headers["retry-after"] ?? "", /^[1-9]\d*$/)
  else assert.isUndefined(headers["retry-after"])
  // Nothing that tells a stranger what this runs on.
  assert.isUndefined(headers["server"])
  assert.isUndefined(headers["x-powered-by"])
  if (particulars.head === true) return {}

  const fields = json(body)
  assert.strictEqual(fields["error"], code.replaceAll("_", " "))
  const detail = fields["detail"]
  assert.isTrue(typeof detail === "string" && detail.length > 0 && !detail.includes("\n"))
  assert.notMatch(body, /\b(?:SELECT|broker\.|gate\.|node_modules|at \/|postgres:\/\/|Error:)/)
  for (const name of Object.keys(fields)) {
    assert.include(["error", "detail", ...(extras[code] ?? [])], name)
  }
  if (particulars.field !== undefined) assert.strictEqual(fields["field"], particulars.field)
  return fields
}

/** A token and what goes with it, and nothing else. */
export const isToken = (answer: Answer, token: string) => {
  assert.strictEqual(answer.status, 200, answer.body)
  assert.deepStrictEqual(json(answer.body), { access_token: token, expires_at: null, token_type: "Bearer" })
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  assert.strictEqual(answer.headers["content-type"], "application/json")
  assert.isUndefined(answer.headers["content-encoding"])
  assert.isUndefined(answer.headers["vendo-error-code"])
  assert.match(answer.headers["x-request-id"] ?? "", uuid)
}
