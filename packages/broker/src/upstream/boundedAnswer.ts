/** An answer of somebody we ask over HTTP, bounded in size; or why there is none. */
import { Data, Duration, Effect, Option, Predicate, Result, Schema, Stream } from "effect"
import { FetchHttpClient, Headers, HttpClient, type HttpClientError, type HttpClientResponse } from "effect/http"

/** No answer, or none that ended within the bounds. Holds nothing of what was sent or received. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{
  readonly why: "name" | "certificate" | "network" | "too large"
}> {}

const mostBytes = 256 * 1024

/**
 * The whole way to an address is fixed here: no redirect is followed, for the key would go along, and the client records
 * nothing of its own, for a request holds the key.
 */
export const discreet = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  effect.pipe(
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual", credentials: "omit", cache: "no-store" }),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/**
 * The JSON of a body; none when it is no JSON or no UTF-8. Counted as it comes in, after decompression, so that a small
 * bomb is a large body.
 */
export const readJson = ({ stream }: HttpClientResponse.HttpClientResponse) =>
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

export const noAnswerOf = (error: NoAnswer | HttpClientError.HttpClientError) => {
  if (error._tag === "NoAnswer") return error
  const said = codes(error.reason)
  if (said.some((code) => unknownName.test(code))) return new NoAnswer({ why: "name" })
  return new NoAnswer({ why: said.some((code) => badCertificate.test(code)) ? "certificate" : "network" })
}

export const header = (headers: Headers.Headers, name: string) => Option.fromNullishOr(headers[name])

const mostPatience = Duration.minutes(5)

/** What is no time to wait is not there; what is too long is shortened to what anyone can be asked to wait. */
export const retryAfterOf = (headers: Headers.Headers, now: number) =>
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
