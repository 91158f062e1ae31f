/** From an error of the table to an HTTP answer, in both forms it may have to take. */
import { HttpServerResponse } from "effect/http"
import { requestIdHeader, toWire } from "@vendodev/api/WireError"
import type { BrokerError } from "@vendodev/domain/BrokerError"

/** On every answer, so that no cache keeps a token and every line of the log can be found. */
export const commonHeaders = (requestId: string) => ({
  [requestIdHeader]: requestId,
  "cache-control": "no-store",
  "x-content-type-options": "nosniff"
})

/** The ordinary form. `close` ends the connection, where the rest of the message is not worth reading. */
export const ofError = (
  error: BrokerError,
  options?: { readonly close: boolean }
): HttpServerResponse.HttpServerResponse => {
  const { body, headers, status } = toWire(error)
  return HttpServerResponse.text(JSON.stringify(body), {
    status,
    contentType: "application/json",
    headers: options?.close === true ? { ...headers, connection: "close" } : headers
  })
}

/** The form for a socket on which no request was parsed, which `node:http` leaves to us. */
export const ofErrorRaw = (error: BrokerError, requestId: string): string => {
  const { body, headers, status } = toWire(error)
  const text = JSON.stringify(body)
  const lines = Object.entries({
    ...headers,
    ...commonHeaders(requestId),
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
    connection: "close"
  }).map(([name, value]) => `${name}: ${value}`)
  return `HTTP/1.1 ${status} \r\n${lines.join("\r\n")}\r\n\r\n${text}`
}
