/** What goes wrong, for whom, how often: put over a true answer, or in its place. */
import { Effect, Option, Result, Schema } from "effect"
import { Base64 } from "effect/encoding"
import { type Answer, bytes, type Headers, httpDate, make, withHeaders } from "./Answer.ts"
import { errorBody } from "./errors.ts"
import { gzipBomb } from "./gzipBomb.ts"
import { patched } from "./jsonPatch.ts"

/** A body by name. Those that are made of the true body keep its status unless another is set. */
export const BodyName = Schema.Literals([
  "valid",
  "truncated",
  "array",
  "enveloped",
  "padded",
  "bom",
  "nul",
  "invalid-utf8",
  "empty",
  "error",
  "flat-429",
  "html",
  "other-json",
  "string",
  "null",
  "gzip-bomb"
])
export type BodyName = typeof BodyName.Type

export const Fault = Schema.Struct({
  /** As the ledger names it. */
  name: Schema.optionalKey(Schema.String),
  /** Strikes calls about this account only. */
  account: Schema.optionalKey(Schema.String),
  /** Strikes this route only, as the ledger names it; `account` is the one that gives a credential. */
  route: Schema.optionalKey(Schema.String),
  /** How many calls it strikes; all, when absent. */
  times: Schema.optionalKey(Schema.Int),
  latencyMs: Schema.optionalKey(Schema.Finite),
  status: Schema.optionalKey(Schema.Int),
  body: Schema.optionalKey(
    Schema.Union([BodyName, Schema.Struct({ text: Schema.String }), Schema.Struct({ base64: Schema.String })])
  ),
  /** Merged over a true body that is an object, at any depth; null is a value. */
  merge: Schema.optionalKey(Schema.JsonObject),
  /** Paths taken out of it. */
  omit: Schema.optionalKey(Schema.Array(Schema.String)),
  /** In place of those of the same name; a name may occur twice. */
  headers: Schema.optionalKey(Schema.Array(Schema.Tuple([Schema.String, Schema.String]))),
  omitHeaders: Schema.optionalKey(Schema.Array(Schema.String)),
  /** `Retry-After` as a date, this many seconds from now. */
  retryAfterDate: Schema.optionalKey(Schema.Finite),
  delivery: Schema.optionalKey(
    Schema.Literals(["plain", "dribble", "stall", "reset-before-headers", "reset-after-headers", "never"])
  ),
  dribbleMs: Schema.optionalKey(Schema.Finite)
})
export type Fault = typeof Fault.Type

const join = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** After the opening quote of the first value, which is the id of the account. */
const intoFirstValue = (body: Uint8Array, inserted: ReadonlyArray<number>) => {
  const at = bytes('{"id":"').length
  return join(body.subarray(0, at), Uint8Array.from(inserted), body.subarray(at))
}

/** `,"padding":"xxx…"}` in the place of the last brace. */
const padded = (body: Uint8Array) => join(body.subarray(0, -1), bytes(`,"padding":"${"x".repeat(300 * 1024)}"}`))

/** Bodies made of the true one. */
const derived: Partial<Record<BodyName, (truth: Uint8Array) => Uint8Array>> = {
  valid: (truth) => truth,
  truncated: (truth) => truth.subarray(0, Math.floor(truth.length / 2)),
  array: (truth) => join(bytes("["), truth, bytes("]")),
  enveloped: (truth) => join(bytes('{"data":'), truth, bytes("}")),
  padded,
  bom: (truth) => join(Uint8Array.of(0xef, 0xbb, 0xbf), truth),
  nul: (truth) => intoFirstValue(truth, [0]),
  "invalid-utf8": (truth) => intoFirstValue(truth, [0xc3, 0x28])
}

const decodeObject = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.JsonObject))

const patchedBody = (body: Uint8Array, { merge, omit }: Fault): Uint8Array =>
  merge === undefined && omit === undefined
    ? body
    : Option.match(decodeObject(new TextDecoder().decode(body)), {
        onNone: () => body,
        onSome: (fields) => bytes(JSON.stringify(patched(fields, { ...(merge && { merge }), ...(omit && { omit }) })))
      })

const html = "<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"

/** Bodies in its place, with the content type they come with. */
const replaced: Partial<Record<BodyName, (status: number) => readonly [type: string, body: Uint8Array]>> = {
  empty: () => ["application/json", bytes("")],
  error: (status) => ["application/json", bytes(JSON.stringify(errorBody(status, `req_${crypto.randomUUID()}`)))],
  "flat-429": () => ["application/json", bytes(JSON.stringify({ message: "Rate limit exceeded. Limit: 20000" }))],
  html: () => ["text/html; charset=utf-8", bytes(html)],
  "other-json": () => ["application/json", bytes(JSON.stringify({ hello: "world" }))],
  string: () => ["application/json", bytes(JSON.stringify("something went wrong"))],
  null: () => ["application/json", bytes("null")]
}

const bodyOf = (fault: Fault): Fault["body"] =>
  fault.body ?? (fault.status === undefined || fault.status === 200 ? "valid" : "error")

/** Whether the true answer is worked out at all: a gateway that fails has not asked what is behind it. */
export const needsTruth = (fault: Fault): boolean => {
  const body = bodyOf(fault)
  return typeof body === "string" && derived[body] !== undefined
}

const withBody = Effect.fnUntraced(function* (fault: Fault, truth: Answer | undefined) {
  const body = bodyOf(fault)
  const status = fault.status ?? truth?.status ?? 200
  const of = (type: string, body: Uint8Array): Answer => make(status, [["content-type", type]], body)
  if (body === undefined) return of("application/json", bytes(""))
  if (typeof body === "object") {
    return "text" in body
      ? of("application/json", bytes(body.text))
      : of(
          "application/json",
          Result.getOrElse(Base64.decode(body.base64), () => bytes(""))
        )
  }
  if (body === "gzip-bomb") {
    return withHeaders(of("application/json", yield* gzipBomb), [["content-encoding", "gzip"]])
  }
  const [type, instead] = replaced[body]?.(status) ?? ["", undefined]
  if (instead !== undefined) return of(type, instead)
  return truth === undefined
    ? of("application/json", bytes(""))
    : { ...truth, status, body: derived[body]?.(patchedBody(truth.body, fault)) ?? truth.body }
})

/** The answer as the fault leaves it. */
export const strike = Effect.fnUntraced(function* (
  fault: Fault,
  truth: Answer | undefined,
  common: Headers,
  now: number
) {
  const answer = withHeaders(yield* withBody(fault, truth), common)
  const omitted = new Set(fault.omitHeaders?.map((name) => name.toLowerCase()))
  const headers: Headers = [
    ...(fault.retryAfterDate === undefined
      ? []
      : [["retry-after", httpDate(now + fault.retryAfterDate * 1000)] as const]),
    ...(fault.headers ?? [])
  ]
  const changed = withHeaders(answer, headers)
  const struck: Answer = {
    ...changed,
    headers: changed.headers.filter(([name]) => !omitted.has(name.toLowerCase())),
    delivery: fault.delivery === undefined || fault.delivery === "never" ? "plain" : fault.delivery,
    dribbleMs: fault.dribbleMs ?? answer.dribbleMs
  }
  return struck
})

/** Those that may still strike. */
export interface Faulty {
  faults: ReadonlyArray<Fault>
}

/** The fault that strikes a call, used up by it if it strikes so often only. */
export const takeFault = (world: Faulty, route: string, account: string | null): Fault | undefined => {
  const strikes = (fault: Fault) =>
    (fault.route === undefined || fault.route === route) &&
    (fault.account === undefined || fault.account === account) &&
    (fault.times === undefined || fault.times > 0)
  const fault = world.faults.find((fault) => fault.times !== undefined && strikes(fault)) ?? world.faults.find(strikes)
  if (fault?.times !== undefined) {
    const left = { ...fault, times: fault.times - 1 }
    world.faults = world.faults.flatMap((other) => (other !== fault ? [other] : left.times > 0 ? [left] : []))
  }
  return fault
}
