/** One question to Composio and what came back, bounded in size. What it means is decided elsewhere. */
import { Clock, DateTime, type Duration, Effect, Option, Redacted, Result } from "effect"
import { Headers, HttpClient, HttpClientRequest } from "effect/http"
import { RequestId } from "@vendodev/domain/RequestId"
import { discreet, header, noAnswerOf, readJson, retryAfterOf } from "./boundedAnswer.ts"

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

/** The statuses whose body says anything that is not already said. */
const telling = new Set([200, 404])

const visible = /^[!-~]{1,128}$/

/** `url` is whole and trusted: nothing is added to it and nobody else's is asked. */
export const ask = (url: string, key: Redacted.Redacted, method: "GET" | "POST" | "DELETE" = "GET") =>
  Effect.gen(function* () {
    const client = HttpClient.withScope(yield* HttpClient.HttpClient)
    const requestId = yield* RequestId
    const request = HttpClientRequest.make(method)(url, {
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
      body: telling.has(status) ? yield* readJson(response) : Option.none(),
      now,
      retryAfter: retryAfterOf(headers, now),
      forbidsRetry: headers["x-should-retry"] === "false",
      askedAt
    } satisfies Answer
  }).pipe(discreet, Effect.scoped, Effect.mapError(noAnswerOf))
