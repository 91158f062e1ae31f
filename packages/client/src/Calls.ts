/**
 * One call of the service: who asks and for whom in the headers, one retry of
 * what may pass, an end after the time-out, and the answer checked before it is
 * believed.
 */
import { Context, DateTime, Duration, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { backoff } from "@vendodev/domain/backoff"
import { Failure, isPassing, unanswered } from "./Failure.ts"
import { type Guard, isRecord, isString } from "./guards.ts"
import { parseJson } from "./parseJson.ts"
import type { Settings } from "./Settings.ts"
import { type Answer, type Outgoing, Transport, type TransportFailed } from "./Transport.ts"
import { UserJwt, userJwtHeader } from "./UserJwt.ts"

export interface Call {
  readonly method?: "GET" | "POST"
  readonly url: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Named in the failure. */
  readonly slug?: string
}

export class Calls extends Context.Service<
  Calls,
  {
    /** The answer, if it looks as `guard` says. Everything else is a `Failure`. */
    readonly ask: <A>(call: Call, guard: Guard<A>) => Effect.Effect<A, Failure>
    /** The body of the answer as it comes. Not retried: who reads a stream has its own patience. */
    readonly open: (
      call: Call,
      headers: Readonly<Record<string, string>>
    ) => Effect.Effect<ReadableStream<Uint8Array>, Failure, Scope.Scope>
  }
>()("@vendodev/client/Calls") {
  static readonly layer = (settings: Settings) =>
    Layer.effect(
      Calls,
      Effect.map(Transport, ({ send }) => {
        const { apiKey, apiVersion, retry, timeout } = settings
        const authorization = Option.map(apiKey, bearer)
        const policy = backoff({ ...retry, deadline: timeout })

        const outgoing = (call: Call, headers: Readonly<Record<string, string>>) =>
          Effect.map(UserJwt, (jwt): Outgoing => ({
            method: call.method ?? "GET",
            url: call.url,
            headers: {
              accept: "application/json",
              "vendo-api-version": apiVersion,
              ...(Option.isSome(authorization) && { authorization: authorization.value }),
              ...(Option.isSome(jwt) && { [userJwtHeader]: jwt.value }),
              ...(call.body !== undefined && { "content-type": "application/json" }),
              ...headers
            },
            body: call.body === undefined ? undefined : JSON.stringify(call.body)
          }))

        const attempt = <A>(call: Call, guard: Guard<A>) =>
          Effect.gen(function* () {
            const answer = yield* send(yield* outgoing(call, {}))
            const text = yield* answer.text
            return yield* read(call, answer, text, guard)
          }).pipe(
            Effect.scoped,
            Effect.catchTag("TransportFailed", (error) => notReached(call, error))
          )

        const silent = (call: Call) =>
          unanswered(`the Vendo service did not answer within ${Duration.format(timeout)}`, { slug: call.slug })

        return Calls.of({
          ask: (call, guard) =>
            attempt(call, guard).pipe(
              Effect.retry({ schedule: policy, while: isPassing }),
              Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(silent(call)) })
            ),
          open: (call, headers) =>
            Effect.gen(function* () {
              const answer = yield* send(yield* outgoing(call, headers))
              if (answer.status === 200) return yield* answer.stream
              return yield* refusalOf(call, answer, yield* answer.text)
            }).pipe(
              Effect.catchTag("TransportFailed", (error) => notReached(call, error)),
              Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(silent(call)) })
            )
        })
      })
    )
}

const notReached = ({ slug }: Call, { reason }: TransportFailed) =>
  Effect.fail(unanswered(`the Vendo service can not be reached (${reason}); check VENDO_BASE_URL`, { slug }))

/** RFC 6750 §2.1. */
const bearer = (key: Redacted.Redacted) => Redacted.make(`Bearer ${Redacted.value(key)}`)

const read = Effect.fnUntraced(function* <A>(call: Call, answer: Answer, text: string, guard: Guard<A>) {
  if (answer.status < 200 || answer.status > 299) return yield* refusalOf(call, answer, text)
  const body = parseJson(text)
  if (Option.isSome(body) && guard(body.value)) return body.value
  return yield* unanswered("what the Vendo service answered can not be understood; check VENDO_BASE_URL", {
    slug: call.slug,
    status: answer.status,
    requestId: answer.header("x-request-id")
  })
})

/** Reads the header first, and then, for what stands between us and the service, a code in the body. */
const refusalOf = Effect.fnUntraced(function* (call: Call, answer: Answer, text: string) {
  const body = Option.filter(parseJson(text), isRecord).pipe(Option.getOrElse(() => nothing))
  const inner = isRecord(body["error"]) ? body["error"] : nothing
  const string = (name: string) => [body[name], inner[name]].find(isString)
  const known = {
    status: answer.status,
    slug: call.slug,
    requestId: answer.header("x-request-id"),
    retryAfter: yield* retryAfterOf(answer)
  }
  const code = answer.header("vendo-error-code") ?? string("code")
  if (code === undefined) {
    return yield* answer.status === 429
      ? new Failure({ code: "rate_limited", detail: "too many requests; wait before the next", ...known })
      : unanswered(`HTTP ${answer.status} came without a Vendo error code; check VENDO_BASE_URL`, known)
  }
  return yield* new Failure({
    ...known,
    code,
    detail: string("detail") ?? string("message") ?? code.replaceAll("_", " "),
    field: string("field"),
    connectUrl: string("connect_url"),
    topUpUrl: string("top_up_url")
  })
})

const nothing: Readonly<Record<string, unknown>> = {}

/** RFC 9110 §10.2.3: seconds, or a date. */
const retryAfterOf = (answer: Answer): Effect.Effect<Duration.Duration | undefined> => {
  const text = answer.header("retry-after")?.trim() ?? ""
  if (/^\d+$/.test(text)) return Effect.succeed(Duration.seconds(Math.min(Number(text), 1e9)))
  // What begins with no weekday is no HTTP date, though JavaScript finds one in `-1`.
  const date = DateTime.make(/^[A-Z][a-z]/.test(text) ? text : "")
  return Option.isNone(date)
    ? Effect.succeed(undefined)
    : Effect.map(DateTime.now, (now) =>
        DateTime.isGreaterThan(date.value, now) ? DateTime.distance(now, date.value) : Duration.zero
      )
}
