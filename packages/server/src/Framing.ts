/**
 * What is wrong with a request before anybody asks what it wants.
 *
 * Node's parser is strict, but it keeps the first of two `Authorization`
 * headers, joins others with a comma, truncates a long list and hands
 * absolute-form targets through. Each of these is a way to make two readers of
 * one request disagree, so each is refused.
 */
import { IncomingMessage } from "node:http"
import { RequestInvalid, TooLarge } from "@vendodev/domain/BrokerError"

const maximumHeaders = 100

/** Of a request line and all headers. The parser of a listener counts for itself. */
export const maximumHeaderSize = 16 * 1024

/** What is said when there are more bytes of them. */
export const headersTooLarge = new TooLarge({ detail: "the headers are larger than 16 kB", part: "headers" })

/** Sent twice, these mean two things. Everything of ours is in the list by prefix. */
const singular = new Set([
  "authorization",
  "host",
  "content-length",
  "content-type",
  "transfer-encoding",
  "x-api-key",
  "x-forwarded-host",
  "idempotency-key"
])

const isSingular = (name: string): boolean => singular.has(name) || name.startsWith("x-vendo-")

const validHost = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
const validValue = /^[\t\x20-\x7e]*$/

const invalid = (detail: string) => new RequestInvalid({ detail })

/** The first fault of what a request came as, if it has one: a message of Node's, or a request in this process. */
export const faultOf = (source: object): RequestInvalid | TooLarge | undefined =>
  source instanceof IncomingMessage
    ? faultOfMessage(source)
    : source instanceof Request
      ? faultOfRequest(source)
      : invalid("this is no request")

const faultOfMessage = ({ httpVersion, rawHeaders, url = "" }: IncomingMessage) => {
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return invalid("send HTTP/1.1")
  if (url.charCodeAt(0) !== 47) return invalid("send the path alone as request target, such as GET /path")
  return faultOfHeaders(rawHeaders, httpVersion)
}

/** The host a request in this process is for: it has no such header unless somebody wrote one. */
export const hostOf = (request: Request): string => request.headers.get("host") ?? new URL(request.url).host

/** Judged as the message a client would have made of it. */
const faultOfRequest = (request: Request) => {
  const { pathname, search } = new URL(request.url)
  const headers = [...new Headers({ ...Object.fromEntries(request.headers), host: hostOf(request) })]
  const size = headers.reduce((size, [name, value]) => size + `${name}: ${value}\r\n`.length, 0)
  if (`${request.method} ${pathname}${search} HTTP/1.1\r\n\r\n`.length + size > maximumHeaderSize)
    return headersTooLarge
  return faultOfHeaders(headers.flat(), "1.1")
}

const faultOfHeaders = (rawHeaders: ReadonlyArray<string>, httpVersion: string) => {
  if (rawHeaders.length > maximumHeaders * 2) {
    return new TooLarge({ detail: `send at most ${maximumHeaders} headers`, part: "headers" })
  }
  let seen: Set<string> | undefined
  let host: string | undefined
  let coding: string | undefined
  let authorization = false
  let apiKey = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase()
    const value = rawHeaders[i + 1] ?? ""
    if (!validValue.test(value)) return invalid(`the ${name} header holds characters outside printable ASCII`)
    if (!isSingular(name)) continue
    seen ??= new Set()
    if (seen.has(name)) return invalid(`the ${name} header was sent more than once`)
    seen.add(name)
    if (name === "host") host = value
    if (name === "transfer-encoding") coding = value
    authorization ||= name === "authorization"
    apiKey ||= name === "x-api-key"
  }
  if (authorization && apiKey) return invalid("send the key in Authorization alone, not in x-api-key as well")
  if (coding !== undefined && (httpVersion === "1.0" || coding.toLowerCase() !== "chunked")) {
    return invalid("the only transfer coding is chunked, in HTTP/1.1")
  }
  if (host === undefined) return httpVersion === "1.1" ? invalid("the Host header is missing") : undefined
  return validHost.test(host) ? undefined : invalid("the Host header is malformed")
}
