/** An answer as a client sees it: as late, as short or as broken as it would be on a wire, by the clock of its reader. */
import { Data, Effect, Inspectable, Option, Pipeable, Schema, Stream } from "effect"
import {
  Cookies,
  Headers,
  HttpClientError,
  type HttpClientRequest,
  HttpClientResponse,
  HttpIncomingMessage,
  UrlParams
} from "effect/http"
import { type Answer, bytes } from "./Answer.ts"

/** The words of a transport whose connection ended. */
export class ConnectionLost extends Data.TaggedError("ConnectionLost")<{
  readonly message: string
  readonly code: string
}> {
  static readonly reset = new ConnectionLost({ message: "read ECONNRESET", code: "ECONNRESET" })
}

/** Statuses whose answers have no body, whatever follows them. */
const bodiless = new Set([204, 205, 304])

const headerOf = ({ headers }: Answer, name: string) => headers.find(([found]) => found.toLowerCase() === name)?.[1]

/** A value goes over the wire as UTF-8 and is read there as Latin-1. */
const asRead = (value: string) => String.fromCharCode(...bytes(value))

/** Names that occur twice are joined, as `fetch` does. */
const joined = ({ headers }: Answer) => {
  const all = new globalThis.Headers()
  for (const [name, value] of headers) all.append(name, asRead(value))
  return Headers.fromInput(all)
}

const unpack = (part: Uint8Array<ArrayBuffer>) =>
  Stream.fromReadableStream({
    evaluate: () => new Blob([part]).stream().pipeThrough(new DecompressionStream("gzip")),
    onError: () => ConnectionLost.reset
  })

/** What of the body arrives. */
const arriving = (answer: Answer): Stream.Stream<Uint8Array, ConnectionLost> => {
  const { body, delivery, dribbleMs } = answer
  const told = Number(headerOf(answer, "content-length") ?? body.length)
  const isHalf = delivery === "reset-after-headers"
  const part = body.slice(0, isHalf ? Math.floor(body.length / 2) : told)
  const lost = Stream.fail(ConnectionLost.reset)
  if (delivery === "stall") return Stream.never
  const sent =
    delivery === "dribble"
      ? Stream.fromIterable(part).pipe(
          Stream.mapEffect((byte) => Effect.as(Effect.sleep(dribbleMs), Uint8Array.of(byte))),
          Stream.rechunk(1)
        )
      : headerOf(answer, "content-encoding") === "gzip"
        ? unpack(part)
        : Stream.succeed(part)
  return isHalf || told > body.length ? Stream.concat(sent, lost) : sent
}

export class SimulatedResponse
  extends Inspectable.Class
  implements HttpClientResponse.HttpClientResponse, Pipeable.Pipeable
{
  readonly [HttpIncomingMessage.TypeId] = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId] = HttpClientResponse.TypeId
  readonly request: HttpClientRequest.HttpClientRequest
  readonly url: string
  readonly status: number
  readonly headers: Headers.Headers
  readonly cookies = Cookies.empty
  readonly remoteAddress = Option.none<string>()
  readonly stream: Stream.Stream<Uint8Array, HttpClientError.HttpClientError>

  constructor(request: HttpClientRequest.HttpClientRequest, url: URL, answer: Answer) {
    super()
    this.request = request
    this.url = url.href
    this.status = answer.status
    this.headers = joined(answer)
    this.stream = bodiless.has(answer.status)
      ? Stream.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.EmptyBodyError({ request, response: this })
          })
        )
      : Stream.mapError(arriving(answer), (cause) => this.undecodable(cause))
  }

  private undecodable(cause: unknown): HttpClientError.HttpClientError {
    const { request } = this
    return new HttpClientError.HttpClientError({
      reason: new HttpClientError.DecodeError({ request, response: this, cause })
    })
  }

  get arrayBuffer() {
    return Stream.runCollect(this.stream).pipe(
      Effect.catchReason("HttpClientError", "EmptyBodyError", () => Effect.succeed<Array<Uint8Array>>([])),
      Effect.map((parts) => {
        const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
        parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0)
        return whole.buffer
      })
    )
  }

  get text() {
    return Effect.map(this.arrayBuffer, (buffer) => new TextDecoder().decode(buffer))
  }

  get json() {
    return Effect.flatMap(this.text, (text) =>
      text === ""
        ? Effect.succeed(null)
        : Effect.mapError(Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Json))(text), (cause) =>
            this.undecodable(cause)
          )
    )
  }

  get urlParamsBody() {
    return Effect.map(this.text, (text) => UrlParams.fromInput(new URLSearchParams(text)))
  }

  get formData() {
    return Effect.fail(this.undecodable("a simulated answer is no form"))
  }

  get upgrade() {
    return Effect.fail(this.undecodable("a simulated answer is no upgrade"))
  }

  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, { _id: "HttpClientResponse", status: this.status })
  }

  pipe() {
    return Pipeable.pipeArguments(this, arguments)
  }
}
