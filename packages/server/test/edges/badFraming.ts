/** What may be wrong with the message itself, before anybody asks what it wants. */
import { type BadRow, get, row, rows } from "./badRow.ts"

const line = (text: string) => get("/credentials/notion", text)
const many = (count: number, name: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => `${name(i)}: 1`).join("\r\n")

export const framing: ReadonlyArray<BadRow> = [
  row("15 kB of headers", line(`X-Large: ${"x".repeat(15 * 1024)}`), "token"),
  row("17 kB of headers", line(`X-Large: ${"x".repeat(17 * 1024)}`), "too_large", { status: 431 }),
  row("17 kB of a path", get(`/credentials/${"x".repeat(17 * 1024)}`), "too_large", { status: 431 }),
  row("8 MB of headers", line(`X-Large: ${"x".repeat(8 << 20)}`), "too_large", { status: 431 }),
  row("100 headers", line(many(97, (i) => `X-${i}`)), "token"),
  row("101 headers", line(many(98, (i) => `X-${i}`)), "too_large", { status: 431 }),
  row("2,001 headers", line(many(1998, () => "a")), "too_large", { status: 431 }),
  ...rows(
    [
      "X A: 1",
      "X-A : 1",
      "X\0A: 1",
      ": 1",
      "X-A",
      "(X): 1",
      "X-\xe4: 1",
      "X-A: 1\r\n folded",
      "X-A: 1\nX-B: 2",
      "X-A: 1\rX-B: 2",
      "X-A: \0",
      "X-A: \x7f",
      "X-A: \xff\xfe",
      "X-A: caf\xe9",
      "X-A: \x01"
    ],
    line,
    "request_invalid"
  ),
  row("a colon ends the name, whatever follows", line("X:A: 1"), "token"),
  row("line feeds alone", (key) => get()(key).replaceAll("\r\n", "\n"), "request_invalid"),
  row("no Host", (key) => get()(key).replace("Host: localhost\r\n", ""), "request_invalid"),
  row("two Hosts", line("Host: localhost"), "request_invalid"),
  ...rows(
    [
      "",
      "user@localhost",
      "localhost/x",
      "local host",
      "localhost:",
      "localhost:x",
      "localhost:123456",
      "[::1",
      "[zz]",
      "a,b",
      "a#b",
      "a?b",
      "\xe9",
      "a\\b",
      "a%41"
    ],
    (host) => (key) => get()(key).replace("localhost", host),
    "request_invalid"
  ),
  ...rows(
    ["evil", "credentials.evil", "127.0.0.1:1", "[::1]:80", "LOCALHOST"],
    (host) => (key) => get()(key).replace("localhost", host),
    "token"
  ),
  ...rows(
    ["HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.0", "HTTP/1.1.1", "HTTP/11", "http/1.1", "HTTQ/1.1", ""],
    (version) => (key) => get()(key).replace("HTTP/1.1", version),
    "request_invalid"
  ),
  row("HTTP/1.0 without a Host", (key) => get()(key).replace("HTTP/1.1\r\nHost: localhost", "HTTP/1.0"), "token"),
  row("the preface of HTTP/2", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "request_invalid"),
  row("TLS", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "request_invalid"),
  row("zeros", () => "\0\0\0\0\r\n\r\n", "request_invalid"),
  row("empty lines before it", (key) => `\r\n\r\n${get()(key)}`, "token"),
  row(
    "Content-Length and Transfer-Encoding",
    get("/credentials/notion", "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    "request_invalid"
  ),
  row(
    "Transfer-Encoding in HTTP/1.0",
    (key) => get("/credentials/notion", "Transfer-Encoding: chunked", "0\r\n\r\n")(key).replace("HTTP/1.1", "HTTP/1.0"),
    "request_invalid"
  ),
  ...rows(
    [
      "Transfer-Encoding: chunked, identity",
      "Transfer-Encoding: identity",
      "Transfer-Encoding: gzip, chunked",
      "Transfer-Encoding: xchunked",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
      "Transfer-Encoding : chunked",
      "Transfer-Encoding:\x0bchunked",
      "Transfer-Encoding:",
      'Transfer-Encoding: "chunked"'
    ],
    (text) => get("/credentials/notion", text, "0\r\n\r\n"),
    "request_invalid"
  ),
  row("chunked in capitals", get("/credentials/notion", "Transfer-Encoding: Chunked", "0\r\n\r\n"), "token"),
  ...rows(
    [
      "+5",
      "5,5",
      "0x5",
      "-1",
      "18446744073709551616",
      "5 5",
      "5\r\nContent-Length: 5",
      "5\r\nContent-Length: 6",
      "",
      "1e3",
      "5.0",
      "\u0665",
      "a"
    ],
    (length) => (key) => Buffer.from(get("/credentials/notion", `Content-Length: ${length}`, "hello")(key)),
    "request_invalid"
  ),
  row("a length of 2^63", get("/credentials/notion", "Content-Length: 9223372036854775808", "x"), "too_large")
]
