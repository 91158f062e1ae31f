/** Refusals in the words and shapes of the upstream. */
import { type Answer, type Headers, json } from "./Answer.ts"

interface Refusal {
  readonly slug: string
  readonly code: number
  readonly message: string
}

const usual: Readonly<Record<number, Refusal>> = {
  400: { slug: "ConnectedAccount_BadRequest", code: 600, message: "The request is not valid for this account" },
  401: { slug: "HTTP_Unauthorized", code: 10401, message: "Invalid API key" },
  403: { slug: "HTTP_Forbidden", code: 10403, message: "The API key lacks a permission this call needs" },
  404: { slug: "ConnectedAccount_NotFound", code: 604, message: "Connected account not found" },
  409: { slug: "ConnectedAccount_Conflict", code: 609, message: "The account is not in a state that allows this" },
  410: { slug: "HTTP_Gone", code: 10410, message: "This version of the API is retired" },
  422: { slug: "HTTP_UnprocessableEntity", code: 10422, message: "The account can not be used in its state" },
  500: { slug: "HTTP_InternalServerError", code: 10500, message: "Something went wrong on our side" },
  501: { slug: "HTTP_NotImplemented", code: 10501, message: "Not implemented for this toolkit" },
  502: { slug: "HTTP_BadGateway", code: 10502, message: "Bad gateway" },
  503: { slug: "HTTP_ServiceUnavailable", code: 10503, message: "Service unavailable" },
  504: { slug: "HTTP_GatewayTimeout", code: 10504, message: "Gateway timeout" }
}

export const errorBody = (status: number, requestId: string, said: Partial<Refusal> = {}) => {
  const known = usual[status] ?? { slug: `HTTP_${status}`, code: 10000 + status, message: `Status ${status}` }
  const { code, message, slug } = { ...known, ...said }
  return { error: { message, code, status, slug, request_id: requestId, suggested_fix: "Simulated: there is none" } }
}

export const refuse = (status: number, said: Partial<Refusal> = {}, headers: Headers = []): Answer =>
  json(status, errorBody(status, `req_${crypto.randomUUID()}`, said), headers)

/** Flat, unlike every other error. */
export const limited = (limit: number, retryAfterSeconds: number): Answer =>
  json(429, { message: `Rate limit exceeded. Limit: ${limit}` }, [["retry-after", String(retryAfterSeconds)]])
