/** From an error of the table to an HTTP answer, in both forms it may have to take. */
import { Headers, HttpServerResponse } from "effect/http"
import { requestIdHeader, toWire } from "@vendodev/api/WireError"
import type { BrokerError } from "@vendodev/domain/BrokerError"

/** On every answer, so that no cache keeps a token and every line of the log can be found. */
export const commonHeaders = (requestId: string) =>
  Headers.fromRecordUnsafe({
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

/** For `node:http` itself, where no request came as far as a route. */
export const ofErrorParts = (error: BrokerError, requestId: string) => {
  const { body, headers, status } = toWire(error)
  const text = JSON.stringify(body)
  return {
    status,
    text,
    headers: {
      ...headers,
      ...commonHeaders(requestId),
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text))
    }
  }
}

/** The form for a socket on which no request was parsed. */
export const ofErrorRaw = (error: BrokerError, requestId: string): string => {
  const { headers, status, text } = ofErrorParts(error, requestId)
  const lines = Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}`)
  return `HTTP/1.1 ${status} \r\n${lines.join("\r\n")}\r\n\r\n${text}`
}
