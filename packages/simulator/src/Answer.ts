/** What comes in and what goes out, before any of it is bytes on a wire. */
import { DateTime } from "effect"

export interface Request {
  readonly method: string
  /** Path and query, as in the request line. */
  readonly target: string
  /** By lower-case name; `host` is always among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Headers = ReadonlyArray<readonly [name: string, value: string]>

/** How an answer reaches its receiver, or fails to. */
export type Delivery = "plain" | "dribble" | "stall" | "reset-before-headers" | "reset-after-headers"

export interface Answer {
  readonly status: number
  /** Names may occur twice. There is no `content-length` among them but one that lies. */
  readonly headers: Headers
  readonly body: Uint8Array
  readonly delivery: Delivery
  /** Between the bytes of a body that dribbles. */
  readonly dribbleMs: number
}

const encoder = new TextEncoder()

export const bytes = (text: string): Uint8Array => encoder.encode(text)

export const make = (status: number, headers: Headers, body: Uint8Array): Answer => ({
  status,
  headers,
  body,
  delivery: "plain",
  dribbleMs: 1000
})

export const json = (status: number, value: unknown, headers: Headers = []): Answer =>
  make(status, [["content-type", "application/json; charset=utf-8"], ...headers], bytes(JSON.stringify(value)))

export const redirect = (location: string): Answer => make(302, [["location", location]], new Uint8Array())

/** Sets headers, in place of those of the same name. */
export const withHeaders = (answer: Answer, headers: Headers): Answer => {
  const names = new Set(headers.map(([name]) => name.toLowerCase()))
  return { ...answer, headers: [...answer.headers.filter(([name]) => !names.has(name.toLowerCase())), ...headers] }
}

export const httpDate = (millis: number): string => DateTime.toDateUtc(DateTime.makeUnsafe(millis)).toUTCString()

export const isoDate = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))
