/** What may be wrong with the headers of a vend: credentials, selectors, framing. */
import { type BadRow, get, getAs, row, rows } from "./badRow.ts"

const line = (text: string) => get("/credentials/notion", text)
/** Keys that fail by their shape or their checksum: the database is not asked. */
export const malformedKeys: ReadonlyArray<BadRow> = [
  row("no scheme", (key) => getAs(`Authorization: ${key}`)(), "app_unknown"),
  ...rows(
    ["Bearer", "Bearer ", "Bearer a b", "Basic dTpw", "Digest x", ",", "Bearer,"],
    (value) => getAs(`Authorization: ${value}`),
    "app_unknown"
  ),
  ...rows(
    ["Basic", "Token", "Bearer,", "Bearer:", "Bearer=", "OAuth", "Bearer ", "Bearer\t", "BearerX", "Bearer Bearer"],
    (scheme) => (key) => getAs(`Authorization: ${scheme} ${key}`)(),
    "app_unknown"
  ),
  row("a tab instead of a space", (key) => getAs(`Authorization: Bearer\t${key}`)(), "app_unknown"),
  row("a word after the key", (key) => getAs(`Authorization: Bearer ${key} x`)(), "app_unknown"),
  row("two keys", (key) => getAs(`Authorization: Bearer ${key}, Bearer ${key}`)(), "app_unknown"),
  ...[
    ["another prefix", (key: string) => key.replace("vendo_sk_", "vendo_pk_")],
    ["the prefix of an admin token", (key: string) => key.replace("vendo_sk_", "vendo_at_")],
    ["no prefix", (key: string) => key.slice("vendo_sk_".length)],
    ["50 characters", (key: string) => key.slice(0, -1)],
    ["52 characters", (key: string) => `${key}0`],
    ["one character changed", (key: string) => key.slice(0, 20) + (key[20] === "a" ? "b" : "a") + key.slice(21)],
    ["the last character changed", (key: string) => key.slice(0, -1) + (key.endsWith("a") ? "b" : "a")],
    ["two characters swapped", (key: string) => swapped(key)],
    ["lower case", (key: string) => key.toLowerCase()],
    ["upper case", (key: string) => key.toUpperCase()],
    ["percent-encoded", (key: string) => key.replaceAll("_", "%5F")],
    ["in quotes", (key: string) => `"${key}"`],
    ["in single quotes", (key: string) => `'${key}'`],
    ["base64", (key: string) => Buffer.from(key).toString("base64")],
    ["a line feed as \\n", (key: string) => `${key}\\n`],
    ["10 kB", (key: string) => `vendo_sk_${key.slice(9, 10).repeat(10_000)}`]
  ].map(([name, change]) =>
    row(
      String(name),
      (key) => getAs(`Authorization: Bearer ${typeof change === "function" ? change(key) : ""}`)(),
      "app_unknown"
    )
  )
]

/** The first two neighbours that differ, exchanged. */
const swapped = (key: string): string => {
  for (let i = 9; i < key.length - 1; i++) {
    if (key[i] !== key[i + 1]) return key.slice(0, i) + key.charAt(i + 1) + key.charAt(i) + key.slice(i + 2)
  }
  return ""
}

const keys: ReadonlyArray<BadRow> = [
  row("no Authorization", getAs(), "app_unknown", { sent: false }),
  row("an empty Authorization", getAs("Authorization:"), "app_unknown", { sent: false }),
  ...rows(["bearer", "BEARER", "bEaReR"], (scheme) => (key) => getAs(`Authorization: ${scheme} ${key}`)(), "token"),
  row("spaces around the value", (key) => getAs(`Authorization:   Bearer ${key}  \t `)(), "token"),
  ...[
    ["CR", "\r"],
    ["NUL", "\0"],
    ["LF", "\n"],
    ["VT", "\v"],
    ["DEL", "\x7f"]
  ].map(([name, character]) =>
    row(`a key with a ${name}`, (key) => getAs(`Authorization: Bearer ${key}${character}x`)(), "request_invalid")
  ),
  row("a key in Latin-1", (key) => getAs(`Authorization: Bearer ${key}\xff`)(), "request_invalid"),
  row(
    "a key with Arabic digits",
    (key) => Buffer.from(getAs(`Authorization: Bearer ${key}\u0661`)()),
    "request_invalid"
  ),
  row(
    "the key twice",
    (key) => getAs(`Authorization: Bearer ${key}`, `Authorization: Bearer ${key}`)(),
    "request_invalid"
  ),
  row(
    "two keys that differ",
    (key) => getAs("Authorization: Bearer x", `authorization: Bearer ${key}`)(),
    "request_invalid"
  ),
  row("the key in x-api-key as well", (key) => line(`X-Api-Key: ${key}`)(key), "request_invalid"),
  row("another key in x-api-key", line("X-Api-Key: x"), "request_invalid"),
  row("the key in x-api-key alone", (key) => getAs(`X-Api-Key: ${key}`)(), "app_unknown", { sent: false }),
  row("the key in a cookie", (key) => getAs(`Cookie: Authorization=Bearer ${key}`)(), "app_unknown", { sent: false }),
  row("the key in Proxy-Authorization", (key) => getAs(`Proxy-Authorization: Bearer ${key}`)(), "app_unknown", {
    sent: false
  })
]

const uuid = "7b0c9a52-3f1e-4d7a-9a51-5f0e2d1c4b3a"
const selectors: ReadonlyArray<BadRow> = [
  ...rows(
    [
      "",
      "no-id",
      uuid.toUpperCase(),
      `{${uuid}}`,
      `urn:uuid:${uuid}`,
      uuid.replaceAll("-", ""),
      `${uuid}0`,
      `${uuid} ${uuid}`,
      "*",
      "null",
      "' OR 1=1 --"
    ],
    (id) => line(`X-Vendo-Connection: ${id}`),
    "validation_failed",
    { field: "x-vendo-connection" }
  ),
  ...rows(
    [uuid, "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    (id) => line(`X-Vendo-Connection: ${id}`),
    "binding_missing"
  ),
  row("two X-Vendo-Connection", line(`X-Vendo-Connection: ${uuid}\r\nX-Vendo-Connection: ${uuid}`), "request_invalid"),
  row("two X-Vendo-User-JWT", line("X-Vendo-User-JWT: a.b.c\r\nx-vendo-user-jwt: a.b.c"), "request_invalid"),
  ...rows(
    ["", "a.b.c", "a.b", "null", "x".repeat(8193)],
    (jwt) => line(`X-Vendo-User-JWT: ${jwt}`),
    "identity_invalid"
  ),
  row("two of a header of ours that does not exist", line("X-Vendo-New: a\r\nX-Vendo-New: b"), "request_invalid"),
  ...rows(
    [
      `X-Vendo-Tenant-Id: ${uuid}`,
      "X-Forwarded-For: 127.0.0.1",
      "X-Forwarded-Host: evil",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Prefix: /api",
      "X-Real-IP: ::1",
      "Forwarded: for=127.0.0.1;host=evil",
      "X-HTTP-Method-Override: DELETE",
      "X-HTTP-Method: POST",
      "X-Original-URL: /credentials/gmail",
      "X-Rewrite-URL: /credentials/gmail",
      "X-Request-Id: mine",
      "Origin: https://evil"
    ],
    line,
    "token"
  ),
  ...rows(
    [
      "Accept: text/html",
      "Accept: application/problem+json",
      "Accept: */*;q=0",
      "Accept-Encoding: br,gzip,zstd",
      "Range: bytes=0-3",
      "If-None-Match: *",
      "If-Modified-Since: Wed, 21 Oct 2065 07:28:00 GMT",
      "Expect: 100-continue",
      "Expect: 100-Continue",
      "Upgrade: websocket",
      "TE: trailers",
      "Max-Forwards: 0",
      "Connection: Authorization"
    ],
    line,
    "token"
  ),
  row(
    "an upgrade",
    line(
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    ),
    "token"
  ),
  row(
    "an upgrade with a body",
    get(
      "/credentials/notion",
      "Connection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked",
      "1\r\nx\r\n0\r\n\r\n"
    ),
    "token"
  ),
  row("an expectation nobody can meet", line("Expect: 200-maybe"), "request_invalid")
]

export const badHeaders = { keys, "malformed keys": malformedKeys, selectors }
