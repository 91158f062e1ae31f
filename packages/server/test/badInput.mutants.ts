import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/badInput.pg.test.ts"
const edges = "packages/server/src/Edges.ts"
const framing = "packages/server/src/Framing.ts"
const asking = "packages/server/src/asking.ts"
const http = "packages/server/src/Http.ts"
const refuseBody = "packages/server/src/refuseBody.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a header that was sent twice means nothing",
    file: framing,
    find: `if (seen.has(name)) return invalid`,
    replace: `if (false) return invalid`,
    test
  },
  {
    control: "everything of ours is sent once",
    file: framing,
    find: `singular.has(name) || name.startsWith("x-vendo-")`,
    replace: `singular.has(name)`,
    test
  },
  {
    control: "a key is sent in one header",
    file: framing,
    find: `if (authorization && apiKey) return`,
    replace: `if (false) return`,
    test
  },
  {
    control: "the target is a path",
    file: framing,
    find: `if (url.charCodeAt(0) !== 47) return`,
    replace: `if (false) return`,
    test
  },
  {
    control: "only HTTP/1.1 and 1.0 are spoken",
    file: framing,
    find: `if (httpVersion !== "1.1" && httpVersion !== "1.0") return`,
    replace: `if (false) return`,
    test
  },
  {
    control: "no transfer coding but chunked, and none in HTTP/1.0",
    file: framing,
    find: `if (coding !== undefined && (httpVersion === "1.0" || coding.toLowerCase() !== "chunked")) {`,
    replace: `if (false) {`,
    test
  },
  {
    control: "at most 100 headers",
    file: framing,
    find: `const maximumHeaders = 100`,
    replace: `const maximumHeaders = 10_000`,
    test
  },
  {
    control: "a header is printable ASCII",
    file: framing,
    find: `if (!validValue.test(value)) return`,
    replace: `if (false) return`,
    test
  },
  {
    control: "a host is a host",
    file: framing,
    find: `return validHost.test(host) ? undefined : invalid`,
    replace: `return true ? undefined : invalid`,
    test
  },
  {
    control: "HTTP/1.1 names its host",
    file: framing,
    find: `if (host === undefined) return httpVersion === "1.1" ?`,
    replace: `if (host === undefined) return httpVersion === "1.2" ?`,
    test
  },
  {
    control: "a HEAD vends nothing",
    file: edges,
    find: `new Set(["GET", "POST", "PUT", "PATCH", "DELETE"])`,
    replace: `new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])`,
    test
  },
  {
    control: "a secret in a query is refused",
    file: edges,
    find: `if (leaksSecret(request.url) &&`,
    replace: `if (false &&`,
    test
  },
  {
    control: "a secret in a query is refused in disguise as well",
    file: edges,
    find: `decodeURIComponent(query.replaceAll("+", " "))`,
    replace: `query`,
    test
  },
  {
    control: "a path is never normalised into a hit",
    file: "packages/server/src/Credentials.ts",
    find: `if (raw.includes("/") || rest === "") return`,
    replace: `if (rest === "") return`,
    test
  },
  {
    control: "a slug is of a slug's characters",
    file: asking,
    find: `/^[A-Za-z0-9_-]{1,63}$/`,
    replace: `/^.{1,63}$/s`,
    test
  },
  {
    control: "a slug has at most 63 characters",
    file: asking,
    find: `{1,63}$/`,
    replace: `{1,630}$/`,
    test
  },
  {
    control: "a variable has a variable's name",
    file: "packages/server/src/Credentials.ts",
    find: `text !== undefined && isVariable(text)`,
    replace: `text !== undefined`,
    test
  },
  {
    control: "one space, and one word, after the scheme",
    file: asking,
    find: `/^bearer ([!-~]+)$/i`,
    replace: `/^bearer\\s+(\\S+)/i`,
    test
  },
  {
    control: "the scheme is case-insensitive",
    file: asking,
    find: `([!-~]+)$/i`,
    replace: `([!-~]+)$/`,
    test
  },
  {
    control: "a malformed key costs no statement",
    file: "packages/broker/src/vend/CredentialResolver.ts",
    find: ` && isWellFormed("vendo_sk_", Redacted.value(key.value))`,
    replace: ``,
    test
  },
  {
    control: "a body that was announced too large is refused",
    file: refuseBody,
    find: `Number(declared) > tolerated`,
    replace: `false`,
    test
  },
  {
    control: "a body in chunks is refused when it grows too large",
    file: refuseBody,
    find: `if (length > tolerated) settle`,
    replace: `if (false) settle`,
    test
  },
  {
    control: "a trailer is refused",
    file: refuseBody,
    find: `Object.keys(message.trailers).length > 0`,
    replace: `false`,
    test
  },
  {
    control: "a body without an end is not waited for",
    file: refuseBody,
    find: `duration: "5 seconds"`,
    replace: `duration: "5 minutes"`,
    test
  },
  {
    control: "a method the parser does not know is a method that is not allowed",
    file: http,
    find: `code === "HPE_INVALID_METHOD"`,
    replace: `code === "none"`,
    test
  },
  {
    control: "nobody is upgraded, nor refused for asking",
    file: http,
    find: `if (event === "upgrade") queueMicrotask`,
    replace: `if (event === "none") queueMicrotask`,
    test
  },
  {
    control: "an expectation nobody can meet is refused in our form",
    file: http,
    find: `server.on("checkExpectation", (`,
    replace: `server.on("elsewhere", (`,
    test
  },
  {
    control: "CONNECT is refused in our form",
    file: http,
    find: `server.on("connect", (`,
    replace: `server.on("elsewhere", (`,
    test
  },
  {
    control: "headers have at most 16 kB",
    file: http,
    find: `maxHeaderSize: maximumHeaderSize`,
    replace: `maxHeaderSize: 64 * 1024`,
    test
  }
]
