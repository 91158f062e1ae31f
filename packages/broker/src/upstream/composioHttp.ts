/** One question to Composio and what came back, bounded in size. What it means is decided elsewhere. */
import { Clock, Data, DateTime, Duration, Effect, Option, Predicate, Redacted, Result, Schema, Stream } from "effect"
import {
  FetchHttpClient,
  Headers,
  HttpClient,
  type HttpClientError,
  HttpClientRequest,
  type HttpClientResponse
} from "effect/http"
import { RequestId } from "@vendodev/domain/RequestId"

/** No answer, or none that ended within the bounds. Holds nothing of what was sent or received. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{
  readonly why: "name" | "certificate" | "network" | "too large"
}> {}

export interface Answer {
  readonly status: number
  /** Parsed, whatever it may be. None when it is no JSON, or was not read for its status. */
  readonly body: Option.Option<unknown>
  /** The upstream's time, by its own clock; in milliseconds since 1970. */
  readonly now: number
  /** What it asks us to wait. */
  readonly retryAfter: Option.Option<Duration.Duration>
  readonly forbidsRetry: boolean
  /** When the question was asked, by the clock that can not be set. */
  readonly askedAt: bigint
}

const mostBytes = 256 * 1024

/** The statuses whose body says anything that is not already said. */
const telling = new Set([200, 404])

/**
 * The whole way to an address is fixed here: no redirect is followed, for the key would go along, and the client records
 * nothing of its own, for a request holds the key.
 */
const discreet = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  effect.pipe(
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual", credentials: "omit", cache: "no-store" }),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** Counted as it comes in, after decompression, so that a small bomb is a large body. */
const readBody = ({ stream }: HttpClientResponse.HttpClientResponse) =>
  Effect.suspend(() => {
    const utf8 = new TextDecoder("utf-8", { fatal: true })
    const decode = Option.liftThrowable((...args: Parameters<typeof utf8.decode>) => utf8.decode(...args))
    let size = 0
    let text = Option.some("")
    const add = (...args: Parameters<typeof utf8.decode>) => {
      text = Option.flatMap(text, (before) => Option.map(decode(...args), (more) => before + more))
    }
    return stream.pipe(
      Stream.runForEach((chunk) => {
        size += chunk.byteLength
        if (size > mostBytes) return Effect.fail(new NoAnswer({ why: "too large" }))
        return Effect.sync(() => add(chunk, { stream: true }))
      }),
      Effect.catchReason("HttpClientError", "EmptyBodyError", () => Effect.void),
      Effect.map(() => {
        add()
        return Option.flatMap(text, parse)
      })
    )
  })

const codeOf = (cause: unknown): string =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : ""

/** An error of the transport hides the one that says what happened. */
const codes = (cause: unknown, depth = 0): ReadonlyArray<string> =>
  depth > 5 || !Predicate.isObject(cause) ? [] : [codeOf(cause), ...codes(Reflect.get(cause, "cause"), depth + 1)]

const unknownName = /^(?:ENOTFOUND|EAI_\w+|ENODATA)$/
const badCertificate = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|INVALID_CA|EPROTO)/

const noAnswer = (error: NoAnswer | HttpClientError.HttpClientError) => {
  if (error._tag === "NoAnswer") return error
  const said = codes(error.reason)
  if (said.some((code) => unknownName.test(code))) return new NoAnswer({ why: "name" })
  return new NoAnswer({ why: said.some((code) => badCertificate.test(code)) ? "certificate" : "network" })
}

const header = (headers: Headers.Headers, name: string) => Option.fromNullishOr(headers[name])

const mostPatience = Duration.minutes(5)

/** What is no time to wait is not there; what is too long is shortened to what anyone can be asked to wait. */
const retryAfterOf = (headers: Headers.Headers, now: number) =>
  header(headers, "retry-after-ms").pipe(
    Option.filter((text) => /^\d{1,12}(\.\d+)?$/.test(text)),
    Option.map((text) => Duration.millis(Number(text))),
    Option.orElse(() =>
      header(headers, "retry-after").pipe(
        Option.flatMap((text) => Result.getSuccess(Headers.parseRetryAfter(text))),
        Option.map((said) => Headers.retryAfterDelay(said, now))
      )
    ),
    Option.filter((wait) => Duration.isGreaterThan(wait, Duration.zero)),
    Option.map((wait) => Duration.min(wait, mostPatience))
  )

const visible = /^[!-~]{1,128}$/

/** `url` is whole and trusted: nothing is added to it and nobody else's is asked. */
export const ask = (url: string, key: Redacted.Redacted) =>
  Effect.gen(function* () {
    const client = HttpClient.withScope(yield* HttpClient.HttpClient)
    const requestId = yield* RequestId
    const request = HttpClientRequest.get(url, {
      headers: {
        accept: "application/json",
        "accept-encoding": "identity",
        "x-api-key": Redacted.value(key),
        ...(visible.test(requestId) ? { "x-request-id": requestId } : {})
      }
    })
    const askedAt = yield* Clock.monotonicTimeNanos
    const asked = yield* Clock.currentTimeMillis
    const response = yield* client.execute(request)
    const { headers, status } = response
    const now = header(headers, "date").pipe(
      Option.flatMap((text) => Result.getSuccess(Headers.parseHttpDate(text))),
      Option.match({ onNone: () => asked, onSome: DateTime.toEpochMillis })
    )
    return {
      status,
      body: telling.has(status) ? yield* readBody(response) : Option.none(),
      now,
      retryAfter: retryAfterOf(headers, now),
      forbidsRetry: headers["x-should-retry"] === "false",
      askedAt
    } satisfies Answer
  }).pipe(discreet, Effect.scoped, Effect.mapError(noAnswer))
