/** The only module that speaks to Composio: the token of one connected account, or why there is none; and its end. */
import { Clock, Context, Duration, Effect, Layer, Option, type Redacted, Result } from "effect"
import { HttpClient } from "effect/http"
import { CircuitBreaker } from "effect/persistence"
import type { ComposioAccountId } from "@vendodev/domain/Ids"
import { makeAlarms } from "./alarms.ts"
import { judge, judgeSilence, timedOut } from "./composioAnswer.ts"
import { type ComposioCheck, checkWith } from "./composioCheck.ts"
import { endAccount } from "./composioEnding.ts"
import { ask } from "./composioHttp.ts"
import { addressOf } from "./composioAddress.ts"
import type { FailedAttempt } from "./FailedAttempt.ts"
import * as HostGuard from "./HostGuard.ts"
import { UpstreamRefusal } from "./UpstreamRefusal.ts"
import type { PreviousToken, UpstreamToken } from "./UpstreamToken.ts"

/** How Composio is reached. Without a key it is not. */
export class ComposioSettings extends Context.Service<
  ComposioSettings,
  {
    readonly apiKey: Option.Option<Redacted.Redacted>
    readonly baseUrl: string
  }
>()("@vendodev/broker/ComposioSettings") {}

export class ComposioClient extends Context.Service<
  ComposioClient,
  {
    /** False without an API key: then nothing is ever sent. */
    readonly configured: boolean
    /** The account's token now. Tries again where that can help; answers within 10 seconds. */
    readonly fetch: (
      account: ComposioAccountId,
      previous: Option.Option<PreviousToken>
    ) => Effect.Effect<UpstreamToken, UpstreamRefusal>
    /** Ends the account there, and its tokens at their provider where it takes them back. May be repeated. */
    readonly end: (account: ComposioAccountId) => Effect.Effect<void, UpstreamRefusal>
    /** For the operator: is the key accepted, and are tokens shown? Never fails, and shows no value. */
    readonly check: Effect.Effect<ComposioCheck>
  }
>()("@vendodev/broker/ComposioClient") {
  static readonly layer = Layer.effect(
    ComposioClient,
    Effect.gen(function* () {
      const { apiKey, baseUrl } = yield* ComposioSettings
      const http = yield* HttpClient.HttpClient
      const alarm = yield* makeAlarms
      const address = addressOf(baseUrl, apiKey)
      const host = Result.match(address, { onFailure: () => "", onSuccess: ({ host }) => host })
      const guard = yield* HostGuard.make(host)
      // Of its own: what fails for connections that ended must not keep live ones from their tokens.
      const endings = yield* HostGuard.make(`${host} endings`)

      const send = (...asked: Parameters<typeof ask>) =>
        Effect.provideService(ask(...asked), HttpClient.HttpClient, http)

      const raise = ({ alarm: kind }: FailedAttempt) => (kind === undefined ? Effect.void : alarm(kind))

      const addressed = Effect.gen(function* () {
        if (Result.isSuccess(address)) return address.success
        const { alarm: kind, refusal } = address.failure
        if (Option.isSome(kind)) yield* alarm(kind.value)
        return yield* refusal
      })

      const notAsked = ({ retryAfter, why }: HostGuard.NotTried) =>
        Effect.andThen(
          why === "resting" ? alarm("resting") : Effect.void,
          UpstreamRefusal.of("ours", notTried[why], Option.some(retryAfter))
        )

      const end = Effect.fn("ComposioClient.end")(function* (account: ComposioAccountId) {
        yield* Effect.annotateCurrentSpan("composio.account", account)
        yield* Effect.catchTags(endAccount(yield* addressed, account, send, endings.run), {
          FailedAttempt: (failed) =>
            Effect.andThen(failed.alarm === "key" ? alarm("writing") : raise(failed), failed.refusal),
          NotTried: notAsked
        })
      })

      const fetch = Effect.fn("ComposioClient.fetch")(
        function* (account: ComposioAccountId, previous: Option.Option<PreviousToken>) {
          yield* Effect.annotateCurrentSpan("composio.account", account)
          const { key, urlOf } = yield* addressed
          const started = yield* Clock.monotonicTimeNanos

          const attempt = (timeout: Duration.Duration) =>
            Effect.gen(function* () {
              const answer = yield* Effect.timeoutOrElse(Effect.mapError(send(urlOf(account), key), judgeSilence), {
                duration: timeout,
                orElse: () => Effect.fail(timedOut)
              })
              yield* Effect.annotateCurrentSpan("http.response.status_code", answer.status)
              const now = yield* Clock.monotonicTimeNanos
              const asOfAsked = Option.map(previous, (known) => later(known, Duration.nanos(answer.askedAt - started)))
              const elapsed = Duration.nanos(now - answer.askedAt)
              return yield* Effect.fromResult(judge(answer, elapsed, { account, previous: asOfAsked }))
            })

          return yield* Effect.catchTags(guard.run(attempt), {
            FailedAttempt: (failed) => Effect.andThen(raise(failed), failed.refusal),
            NotTried: notAsked
          })
        },
        Effect.tap(() => Effect.annotateCurrentSpan("upstream.verdict", "token")),
        Effect.tapError(({ verdict }) => Effect.annotateCurrentSpan("upstream.verdict", verdict))
      )

      return ComposioClient.of({ configured: Option.isSome(apiKey), fetch, end, check: checkWith(address, send) })
    })
  ).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))
}

const notTried = {
  resting: "Composio failed too often and is left alone for a moment",
  crowded: "too many questions to Composio are under way"
} as const

const later = (known: PreviousToken, by: Duration.Duration): PreviousToken => ({
  token: known.token,
  validFor: Option.map(known.validFor, (left) => Duration.subtract(left, by)),
  age: Duration.sum(known.age, by)
})
