/** What may be wrong with the body of a management call. Each is a try to create a tenant, but where it says otherwise. */
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import type { Particulars } from "./row.ts"

export interface BadBody {
  readonly name: string
  readonly body: string | Uint8Array
  readonly answer: ErrorCode
  readonly particulars: Particulars
  /** Undefined sends none. */
  readonly type: string | undefined
  /** Not kept yet: what is wrong, and where. */
  readonly broken?: string
}

const json = "application/json"
const bad = (name: string, body: string | Uint8Array, field: string, type: string | undefined = json): BadBody => ({
  name,
  body,
  answer: "validation_failed",
  particulars: { field },
  type
})

/** A tenant as it should be, with this instead of what belongs there. */
const tenant = (fields: Readonly<Record<string, unknown>>) => JSON.stringify({ slug: "acme", name: "Acme", ...fields })

const deep = (depth: number, open = "[", close = "]") => open.repeat(depth) + close.repeat(depth)

const forms: ReadonlyArray<BadBody> = [
  bad("nothing", "", "payload"),
  ...[
    "{",
    '{"slug":"acme"',
    "nope",
    "'a'",
    "{slug:1}",
    "NaN",
    '{"slug":"acme","name":"Acme"} x',
    '{"slug":"acme","name":"Acme",}',
    "\u0000",
    "\u00a0"
  ].map((text) => bad(`what is no JSON: ${JSON.stringify(text)}`, text, "payload")),
  ...["null", "[]", '"x"', "1", "true", '[{"slug":"acme","name":"Acme"}]'].map((text) =>
    bad(`what is no object: ${text}`, text, "payload")
  ),
  bad("UTF-16", Buffer.from(tenant({}), "utf16le"), "payload"),
  ...[
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "application/xml",
    "text/json",
    "application/octet-stream"
  ].map((type) => bad(`as ${type}`, tenant({}), "content-type", type)),
  bad("30,000 levels of a list", deep(30_000), "payload"),
  { ...bad("100,000 levels of a list", deep(100_000), ""), answer: "too_large", particulars: { status: 413 } },
  bad("10,000 levels of an object", deep(10_000, '{"a":', "}").replace("}", "1}"), "a"),
  bad("30,000 levels in a field", `{"slug":"acme","name":${deep(30_000)}}`, "name"),
  bad("10,000 levels in a field nobody asked for", `{"slug":"acme","name":"Acme","x":${deep(10_000)}}`, "x"),
  { ...bad("65 kB", tenant({ name: "x".repeat(65_536) }), ""), answer: "too_large", particulars: { status: 413 } },
  bad("64 kB less a little", tenant({ name: "x".repeat(65_000) }), "name")
]

const fields: ReadonlyArray<BadBody> = [
  bad("no slug", '{"name":"Acme"}', "slug"),
  bad("no name", '{"slug":"acme"}', "name"),
  bad("null for a slug", tenant({ slug: null }), "slug"),
  bad("a number for a name", tenant({ name: 1 }), "name"),
  bad("a list for a name", tenant({ name: ["Acme"] }), "name"),
  bad("an object for a slug", tenant({ slug: {} }), "slug"),
  ...["x", "id", "status", "tenant_id", "created_at", "exclusive", "constructor", "toString"].map((name) =>
    bad(`a field nobody asked for: ${name}`, tenant({ [name]: 1 }), name)
  ),
  bad("a __proto__", '{"slug":"acme","name":"Acme","__proto__":{"status":"suspended"}}', "__proto__"),
  bad("a __proto__ for everything", '{"__proto__":{"slug":"acme","name":"Acme"}}', "__proto__"),
  bad("a field that is no name", tenant({ "hunter2 ": 1 }), "payload"),
  bad("a field of 60 kB", tenant({ ["x".repeat(60_000)]: 1 }), "payload"),
  bad("a field that looks like a key", tenant({ vendo_sk_hunter2: 1 }), "payload"),
  ...["", "A", "a_b", "-a", "a-", "a b", "a.b", "a/b", "../a", "a\0", "ä", "a".repeat(41), "x".repeat(60_000)].map(
    (slug) => bad(`a slug such as ${JSON.stringify(slug).slice(0, 20)}`, tenant({ slug }), "slug")
  ),
  ...[
    "",
    " ",
    " a",
    "a ",
    "\u00a0",
    "\ufeff",
    "a\0b",
    "a\nb",
    "a\tb",
    "a\x7fb",
    "a\u0085b",
    "a\u202eb",
    "a\u2066b",
    "x".repeat(201),
    "x".repeat(1000)
  ].map((name) => bad(`a name such as ${JSON.stringify(name).slice(0, 20)}`, tenant({ name }), "name")),
  ...["\\ud800", "a\\udc00b", "\\udc00\\ud800"].map((name): BadBody => ({
    ...bad(`half a character: ${name}`, `{"slug":"half","name":"${name}"}`, "name")
  }))
]

export const badBodies = [...forms, ...fields]

/** Names that only look bad. They are stored and shown as text. */
export const goodNames = [
  "<script>alert(1)</script>",
  "=1+1",
  "'; DROP TABLE tenants; --",
  "\u{1F600}".repeat(200),
  "x".repeat(200),
  "Ünïcödé",
  "\\u0000",
  "%00",
  "${7*7}",
  "null"
]

/** Of a connection. */
export const badCredentials: ReadonlyArray<readonly [name: string, credential: unknown]> = [
  ["nothing", ""],
  ["spaces", "  \n "],
  ["an inner line feed", "hunter2\nhunter2"],
  ["a NUL", "hunter2\0"],
  ["half a character", "hunter2\ud800"],
  ["a letter beyond ASCII", "hünter2"],
  ["16 kB and a byte", "x".repeat(16 * 1024 + 1)],
  ["a key of ours", "vendo_sk_hunter2"],
  ["a token of ours", "Bearer vendo_at_hunter2"],
  ["a number", 1],
  ["null", null],
  ["a list", ["hunter2"]]
]

/** Of a key's end. */
export const badTimes: ReadonlyArray<unknown> = [
  "",
  "never",
  "2020-01-01T00:00:00Z",
  "-000001-01-01T00:00:00Z",
  "+010000-01-01T00:00:00Z",
  "+275760-09-13T00:00:00.000Z",
  "+275760-09-13T00:00:00.001Z",
  "9999-99-99T00:00:00Z",
  "2999-01-01",
  "2999-01-01T00:00:00",
  "2999-01-01T00:00:00+02:00",
  "Jan 1 2999",
  "2999",
  32_472_144_000_000,
  null,
  "2999-01-01T00:00:00Z\0"
]
