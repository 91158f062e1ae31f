/** What may go wrong, by name: for `addFaults`, and for tables of tests. Without `times` a fault stands until cleared. */
import { BodyName, type Fault } from "./Fault.ts"

/** Every body there is. */
export const bodies: ReadonlyArray<BodyName> = BodyName.literals

/** Every status an answer may have. */
export const statuses: ReadonlyArray<number> = Array.from({ length: 500 }, (_, index) => 100 + index)

/** What may be wrong with the headers; with any status and any body. */
export const headers = {
  "no content type": { omitHeaders: ["content-type"] },
  "two content types": {
    headers: [
      ["content-type", "application/json"],
      ["content-type", "text/html"]
    ]
  },
  "content type of a page": { headers: [["content-type", "text/html"]] },
  "content length too short": { headers: [["content-length", "9"]] },
  "content length too long": { headers: [["content-length", "10000000"]] },
  "a header of 20 kB": { headers: [["x-padding", "x".repeat(20 * 1024)]] },
  "no date": { omitHeaders: ["date"] },
  "date garbage": { headers: [["date", "yesterday"]] },
  "retry after 3 seconds": { headers: [["retry-after", "3"]] },
  "retry after 600 seconds": { headers: [["retry-after", "600"]] },
  "retry after a date": { retryAfterDate: 30 },
  "retry after a date past": { retryAfterDate: -3600 },
  "retry after -1": { headers: [["retry-after", "-1"]] },
  "retry after 1e9 seconds": { headers: [["retry-after", "1000000000"]] },
  "retry after garbage": { headers: [["retry-after", "in a while"]] },
  "retry after milliseconds": { headers: [["retry-after-ms", "1500"]] },
  "retry forbidden": { headers: [["x-should-retry", "false"]] },
  "retry wanted": { headers: [["x-should-retry", "true"]] }
} as const satisfies Record<string, Partial<Fault>>

/** To a host that must not see the key. */
export const redirectTo = (location: string, status = 302): Fault => ({
  name: "redirect",
  status,
  body: "empty",
  headers: [["location", location]]
})

const limited = (seconds: number): Fault => ({
  status: 429,
  body: "flat-429",
  headers: [["retry-after", String(seconds)]]
})

/** What is known to happen. */
export const faults = {
  "bad key": { status: 401 },
  forbidden: { status: 403 },
  "not found": { status: 404 },
  "not found, without a body": { status: 404, body: "empty" },
  "not found, as a page": { status: 404, body: "html" },
  "request timeout": { status: 408 },
  conflict: { status: 409 },
  gone: { status: 410 },
  "limited for 3 seconds": limited(3),
  "limited for 600 seconds": limited(600),
  "limited for 1e9 seconds": limited(1e9),
  "limited, not for how long": { status: 429, body: "flat-429" },
  "internal error": { status: 500 },
  "not implemented": { status: 501 },
  "bad gateway, as a page": { status: 502, body: "html" },
  unavailable: { status: 503 },
  "gateway timeout": { status: 504 },
  "link retired": { route: "link", status: 400 },
  truncated: { body: "truncated" },
  "an array": { body: "array" },
  "an envelope": { body: "enveloped" },
  "a page with status 200": { status: 200, body: "html" },
  "no body": { status: 200, body: "empty" },
  "no content": { status: 204, body: "empty" },
  "other JSON": { status: 200, body: "other-json" },
  "JSON text": { status: 200, body: "string" },
  "JSON null": { status: 200, body: "null" },
  "300 kB": { body: "padded" },
  "gzip bomb": { body: "gzip-bomb" },
  NUL: { body: "nul" },
  "invalid UTF-8": { body: "invalid-utf8" },
  "byte order mark": { body: "bom" },
  "an interim answer only": { status: 103 },
  "slow by 3 seconds": { latencyMs: 3_000 },
  "slow by 30 seconds": { latencyMs: 30_000 },
  "never answered": { delivery: "never" },
  "headers, then nothing": { delivery: "stall" },
  "a byte a second": { delivery: "dribble" },
  "reset before headers": { delivery: "reset-before-headers" },
  "reset after headers": { delivery: "reset-after-headers" }
} as const satisfies Record<string, Fault>

/** One by name, changed where the test says so: `named("internal error", { times: 2 })`. */
export const named = (name: keyof typeof faults, changed: Fault = {}): Fault => ({ name, ...faults[name], ...changed })

/** Any status with any body and any trouble with the headers. */
export const faultOf = (status: number, body: BodyName, header?: keyof typeof headers): Fault => ({
  name: `${status} ${body}${header === undefined ? "" : ` ${header}`}`,
  status,
  body,
  ...(header === undefined ? {} : headers[header])
})
