/** A client that asks a simulator in the same process, without a socket: it follows the clock of its caller. */
import { Clock, Effect, Layer } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import type { Answer, Request } from "./Answer.ts"
import type { FakeComposio } from "./FakeComposio.ts"

const decoder = new TextDecoder()

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): string => {
  if (body._tag === "Uint8Array") return decoder.decode(body.body)
  return body._tag === "Raw" && typeof body.body === "string" ? body.body : ""
}

const requestOf = (request: HttpClientRequest.HttpClientRequest, url: URL): Request => ({
  method: request.method,
  target: url.pathname + url.search,
  headers: { host: url.host, ...request.headers },
  body: bodyOf(request)
})

/** Statuses whose answers have no body, whatever follows them. */
const bodiless = new Set([204, 205, 304])

const broken = () => new Error("other side closed")

/** What of the body arrives, as a stream that is as late or as broken as the wire would be. */
const streamOf = (answer: Answer, wait: (millis: number) => Promise<void>): ReadableStream<Uint8Array> => {
  const length = Number(answer.headers.find(([name]) => name.toLowerCase() === "content-length")?.[1] ?? "NaN")
  const { body, delivery } = answer
  const whole = Number.isNaN(length) ? body : body.subarray(0, length)
  const isCut = delivery === "reset-after-headers" || length > body.length
  const part = delivery === "reset-after-headers" ? whole.subarray(0, Math.floor(whole.length / 2)) : whole
  let sent = false
  return new ReadableStream<Uint8Array>({
    // One wait for all of it: whoever reads a body to its end sees no difference.
    pull: async (controller) => {
      if (sent || part.length === 0) return isCut ? controller.error(broken()) : controller.close()
      sent = true
      if (delivery === "stall") await wait(Number.POSITIVE_INFINITY)
      if (delivery === "dribble") await wait(answer.dribbleMs * part.length)
      controller.enqueue(part)
    }
  })
}

/** As `fetch` does. */
const unpacked = (answer: Answer, stream: ReadableStream<Uint8Array>) =>
  answer.headers.some(([name, value]) => name.toLowerCase() === "content-encoding" && value === "gzip")
    ? stream.pipeThrough(new DecompressionStream("gzip"))
    : stream

const responseOf = (answer: Answer, wait: (millis: number) => Promise<void>): Response => {
  const { delivery, status } = answer
  // An interim answer, and then nothing.
  if (delivery === "reset-before-headers" || status < 200) throw broken()
  const headers = new Headers()
  for (const [name, value] of answer.headers) headers.append(name, value)
  return new Response(bodiless.has(status) ? null : unpacked(answer, streamOf(answer, wait)), { status, headers })
}
