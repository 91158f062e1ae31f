/** What may be wrong with the target of a vend, its method, its query and its body. */
import { type BadRow, get, row, rows } from "./badRow.ts"
import { bytes } from "../fixtures/wire.ts"

const method =
  (name: string, path = "/credentials/notion") =>
  (key: string) =>
    `${name} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\n\r\n`

const path = (slug: string) => get(`/credentials/${slug}`)
const utf8 = (target: string) => (key: string) => Buffer.from(get(target)(key))
const chunked = (text: string) => get("/credentials/notion", "Transfer-Encoding: chunked", text)
const chunk = (size: number, extension = "") => `${size.toString(16)}${extension}\r\n${"x".repeat(size)}\r\n`

const methods: ReadonlyArray<BadRow> = [
  ...rows(
    ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO", "get", "QUERY", "PROPFIND"],
    (name) => method(name),
    "method_not_allowed",
    { allow: "GET" }
  ),
  row("HEAD", method("HEAD"), "method_not_allowed", { allow: "GET", head: true }),
  row("CONNECT to somewhere else", method("CONNECT", "example.com:443"), "request_invalid"),
  row("FOO of no route", method("FOO", "/nowhere"), "request_invalid"),
  row("POST of no route", method("POST", "/nowhere"), "not_found"),
  row("what is no method", method("G(T"), "request_invalid")
]

const paths: ReadonlyArray<BadRow> = [
  ...rows(
    ["/", "/credentials", "/credentials/", "/favicon.ico", "/credentials.notion", "/x"],
    (at) => get(at),
    "not_found"
  ),
  ...rows(["Notion", "NOTION", "nOtion", "_Bulk", "%5fbulk", "v1"], path, "provider_unknown"),
  ...rows(["_bulk", "_bulk?x=1"], path, "validation_failed", { field: "slugs" }),
  ...rows(["notion/refused", "v1x/refused"], path, "method_not_allowed", { allow: "POST" }),
  ...rows(
    ["notion/", "/notion", "notion/x", "notion/refused/", "./notion", "x/../notion", "../credentials/notion"],
    path,
    "not_found"
  ),
  ...rows(
    ["/%63redentials/notion", "/credentials%2fnotion", "//credentials/notion", "/x/../credentials/notion"],
    (at) => get(at),
    "not_found"
  ),
  row("encoded plain letters are those letters", path("%6eotion"), "token"),
  ...rows(
    [
      "%00",
      "notion%00",
      "%2e%2e",
      "notion%2f..",
      "notion;x=1",
      "notion%20",
      "notion#x",
      "notion%0d%0a",
      "%25",
      "notion,gmail",
      "a.b",
      "-%00-"
    ],
    path,
    "validation_failed",
    { field: "slug" }
  ),
  ...rows(["%ff", "%E0%A4%A", "%", "%zz", "notion%", "%c0%af"], path, "validation_failed"),
  ...rows(
    ["__proto__", "constructor", "toString", "hasOwnProperty", "then", "valueOf", "prototype", "-", "_", "0"],
    path,
    "provider_unknown"
  ),
  row("a slug of 63 characters", path("a".repeat(63)), "provider_unknown"),
  ...rows(["a".repeat(64), "a".repeat(10_000)], path, "validation_failed", { field: "slug" }),
  // A Cyrillic о, a zero-width space, a right-to-left mark, a key, an umlaut in two parts.
  ...rows(
    ["n%D0%BEtion", "no%E2%80%8Btion", "%E2%80%8Fnotion", "%F0%9F%94%91", "nu%CC%88"],
    path,
    "validation_failed",
    { field: "slug" }
  ),
  ...rows(["/credentials/n\u043etion", "/credentials/\u{1F511}", "/credentials/n\u00f6tion"], utf8, "request_invalid"),
  ...rows(
    [
      "http://localhost/credentials/notion",
      "https://evil/credentials/notion",
      "*",
      "credentials/notion",
      "?notion",
      "/credentials/no tion"
    ],
    (at) => get(at),
    "request_invalid"
  )
]

const queries: ReadonlyArray<BadRow> = [
  ...rows(["?", "?x=1", "?slug=gmail", "?x=%20", "?a=b&a=c", "?sandbox=1"], (query) => path(`notion${query}`), "token"),
  ...rows(
    [
      "?access_token=hunter2",
      "?token=hunter2",
      "?TOKEN=hunter2",
      "?%74oken=hunter2",
      "?x=vendo_at_hunter2",
      "?x=vendo%5Fsk%5Fhunter2",
      "?x=hunter2%zz",
      "?to+ken=1&x=token"
    ],
    (query) => path(`notion${query}`),
    "validation_failed",
    { field: "query" }
  ),
  row("a key in the query", (key) => path(`notion?app_key=${key}`)(key), "validation_failed", { field: "query" }),
  row("a key in the query of a variable", (key) => path(`v1/NOTION_TOKEN?key=${key}`)(key), "validation_failed", {
    field: "query"
  })
]

const variables: ReadonlyArray<BadRow> = [
  ...rows(["v1/NOTION_TOKEN", "v1/%4eOTION_TOKEN", "v1/NOTION_TOKEN?x=1"], path, "token"),
  ...rows(
    [
      "v1/",
      "v1/notion_token",
      "v1/1A",
      "v1/A-B",
      "v1/A%20B",
      `v1/${"A".repeat(129)}`,
      `v1/${"A".repeat(256)}`,
      "v1/_A",
      "v1/__PROTO__",
      "v1/%00"
    ],
    path,
    "validation_failed",
    { field: "key" }
  ),
  row("v1/A B", path("v1/A B"), "request_invalid"),
  // An address or an id is no answer to "which token?".
  ...rows(
    [
      "v1/PATH",
      "v1/LD_PRELOAD",
      "v1/VENDO_API_KEY",
      "v1/OPENAI_BASE_URL",
      "v1/TELEGRAM_BOT_ID",
      `v1/${"A".repeat(128)}`
    ],
    path,
    "provider_unknown"
  ),
  row("a variable of an integration that is not bound", path("v1/GMAIL_ACCESS_TOKEN"), "binding_missing"),
  ...rows(["v1/NOTION_TOKEN/", "v1//NOTION_TOKEN", "v1/A/B"], path, "not_found"),
  row("V1/NOTION_TOKEN", path("V1/NOTION_TOKEN"), "not_found")
]

const bodies: ReadonlyArray<BadRow> = [
  row("a body of 1 byte", get("/credentials/notion", "Content-Length: 1", "x"), "token"),
  row("a body of 1 kB", get("/credentials/notion", "Content-Length: 1024", "x".repeat(1024)), "token"),
  row("a body of 1 kB and a byte", get("/credentials/notion", "Content-Length: 1025", "x".repeat(1025)), "too_large"),
  row("a gigabyte announced", get("/credentials/notion", "Content-Length: 1073741824", "x"), "too_large"),
  row(
    "8 MB sent",
    (key) => bytes(get("/credentials/notion", "Content-Length: 1073741824", "x".repeat(8 << 20))(key)),
    "too_large"
  ),
  row("no body, in chunks", chunked("0\r\n\r\n"), "token"),
  row("a body of 1 kB, in chunks", chunked(`${chunk(1000)}${chunk(24)}0\r\n\r\n`), "token"),
  row("a body of 1 kB and a byte, in chunks", chunked(`${chunk(1000)}${chunk(25)}0\r\n\r\n`), "too_large"),
  row("a chunk of 2^64 bytes announced", chunked("ffffffffffffffff1\r\nx"), "request_invalid"),
  row("8 MB in chunks", chunked(chunk(1 << 20).repeat(8)), "too_large"),
  row("chunks without an end", chunked(chunk(1)), "request_invalid"),
  row("a trailer", chunked("0\r\nX-Trailer: 1\r\n\r\n"), "request_invalid"),
  row(
    "a key in a trailer",
    (key) => chunked(`1\r\nx\r\n0\r\nAuthorization: Bearer ${key}\r\n\r\n`)("x"),
    "request_invalid"
  ),
  row("a trailer beyond 16 kB", chunked(`0\r\nX-Trailer: ${"x".repeat(17 * 1024)}\r\n\r\n`), "too_large", {
    status: 431
  }),
  row("an extension", chunked(`${chunk(1, ";a=b")}0\r\n\r\n`), "token"),
  row("an extension of 1 MB", chunked(`${chunk(1, `;a=${"x".repeat(1 << 20)}`)}0\r\n\r\n`), "request_invalid"),
  row("a chunk whose size is none", chunked("zz\r\nx\r\n0\r\n\r\n"), "request_invalid"),
  row("a chunk with bare line feeds", chunked("1\nx\n0\n\n"), "request_invalid")
]

const listing = "/api/deployments/me/connections"

/** What an app asks on its own behalf. */
const runtime: ReadonlyArray<BadRow> = [
  ...rows(["PUT", "PATCH", "FOO"], (name) => method(name, listing), "method_not_allowed", { allow: "GET" }),
  row("HEAD of the connections", method("HEAD", listing), "method_not_allowed", { allow: "GET", head: true }),
  ...rows(
    [`${listing}/`, `${listing};x`, `${listing}%00`, "/api/deployments/me", "/api/deployments/you/connections"],
    (at) => get(at),
    "not_found"
  ),
  ...rows(
    ["/api/%64eployments/me/connections", "//api/integrations", "/api/integrations/", "/api/./billing/balance"],
    (at) => get(at),
    "not_found"
  ),
  ...rows(["?sandbox=0", "?sandbox=", "?sandbox=1&sandbox=1"], (query) => get(listing + query), "validation_failed", {
    field: "sandbox"
  }),
  row("a sandbox that is misspelt", get(`${listing}?sandox=1`), "validation_failed", { field: "sandox" }),
  row("a key for the name of a parameter", (key) => get(`${listing}?${key}=1`)(key), "validation_failed", {
    field: "query"
  }),
  ...rows(
    ["/api/billing/usage?period=x", "/api/billing/usage?period=hunter2", "/api/billing/usage?period=day&period=day"],
    (at) => get(at),
    "validation_failed",
    { field: "period" }
  ),
  ...rows(["/api/integrations/Notion", "/api/integrations/%2e%2e"], (at) => get(at), "validation_failed", {
    field: "slug"
  }),
  row("a user token twice", get(listing, "X-Vendo-User-JWT: a\r\nX-Vendo-User-JWT: a"), "request_invalid"),
  row("no user token", get(listing, "X-Vendo-User-JWT: hunter2"), "identity_invalid"),
  row("a ticket that is none", get("/connections/connect/notion?ticket=vendo_ct_hunter2"), "validation_failed", {
    field: "query"
  })
]

export const badTargets = { methods, paths, queries, variables, bodies, runtime }
