/**
 * What is wrong with a request before anybody asks what it wants.
 *
 * Node's parser is strict, but it keeps the first of two `Authorization`
 * headers, joins others with a comma, truncates a long list and hands
 * absolute-form targets through. Each of these is a way to make two readers of
 * one request disagree, so each is refused.
 */
import type { IncomingMessage } from "node:http"
import { RequestInvalid, TooLarge } from "@vendodev/domain/BrokerError"

const maximumHeaders = 100

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

/** The first fault of the message, if it has one. */
export const faultOf = (message: IncomingMessage): RequestInvalid | TooLarge | undefined => {
  const { httpVersion, rawHeaders, url = "" } = message
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return invalid("send HTTP/1.1")
  if (url.charCodeAt(0) !== 47) return invalid("send the path alone as request target, such as GET /path")
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
