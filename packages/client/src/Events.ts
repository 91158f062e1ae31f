/**
 * What happens to the deployment's connections and money, as it happens:
 * server-sent events (WHATWG HTML §9.2), read one at a time, with a new
 * connection where the last one broke off.
 */
import { Context, Duration, Effect, Exit, Layer, Option, Random, Scope } from "effect"
import { Calls } from "./Calls.ts"
import { reading } from "./eventReading.ts"
import type { Failure } from "./Failure.ts"
import type { Settings } from "./Settings.ts"
import { vendoOnly } from "./vendoOnly.ts"

/** One thing that happened. `id` is what a later subscription can begin after. */
export interface EventMessage {
  /** Such as `connection.connected`. */
  readonly type: string
  /** The JSON that was sent, or the text that was no JSON. */
  readonly data: unknown
  readonly id: string | undefined
}

export interface EventsOptions {
  /** Begins after this event, as far back as the service remembers. */
  readonly lastEventId?: string | undefined
  /** The longest wait before a new connection: 30 seconds, unless it is said. */
  readonly maxBackoff?: Duration.Duration | undefined
  /** Told before each wait: which attempt in a row it is, and why. */
  readonly onReconnect?: ((attempt: number, failure: Failure) => Effect.Effect<void>) | undefined
}

export class Events extends Context.Service<
  Events,
  {
    /**
     * The next event, each time it is run. Fails with what refuses the caller for good, such as a revoked key; what
     * passes is waited for. The connection ends with the scope.
     */
    readonly subscribe: (
      options: EventsOptions
    ) => Effect.Effect<Effect.Effect<EventMessage, Failure>, Failure, Scope.Scope>
  }
>()("@vendodev/client/Events") {
  static readonly layer = (settings: Settings) => Layer.effect(Events, make(settings))
}

/** Before the service has said how long to wait. */
const firstWait = Duration.seconds(1)

const defaultMaxBackoff = Duration.seconds(30)

/** Being too slow, too early or one too many. */
const passing = new Set([408, 425, 429])

/** What will not pass by waiting: of the answers of 4xx, which are about us, all others. */
const isFinal = ({ status = 0 }: Failure) => status >= 400 && status < 500 && !passing.has(status)

const make = (settings: Settings) =>
  Effect.map(Calls, ({ open }) => {
    const url = `${settings.baseUrl}/api/deployments/me/events`

    const connect = Effect.fnUntraced(function* (
      outer: Scope.Scope,
      lastEventId: string | undefined,
      onRetry: (milliseconds: number) => void
    ) {
      const scope = yield* Scope.fork(outer)
      const headers = {
        accept: "text/event-stream",
        ...(lastEventId !== undefined && { "last-event-id": lastEventId })
      }
      const { next } = yield* open({ url }, headers).pipe(
        Effect.map((body) => reading(body, onRetry)),
        Effect.provideService(Scope.Scope, scope),
        Effect.onError(() => Scope.close(scope, Exit.void))
      )
      return { next, close: Scope.close(scope, Exit.void) }
    })

    const subscribe = Effect.fnUntraced(function* (options: EventsOptions) {
      if (Option.isNone(settings.apiKey)) return yield* vendoOnly("the event stream")
      const { maxBackoff = defaultMaxBackoff, onReconnect = () => Effect.void } = options
      const outer = yield* Effect.scope
      let lastEventId = options.lastEventId
      let wait = firstWait
      let attempt = 0
      let current: Effect.Success<ReturnType<typeof connect>> | undefined

      const patiently = Effect.fnUntraced(function* (failure: Failure) {
        yield* current?.close ?? Effect.void
        current = undefined
        if (isFinal(failure)) return yield* failure
        attempt++
        yield* onReconnect(attempt, failure)
        const doubled = Duration.min(Duration.times(wait, 2 ** Math.min(attempt - 1, 16)), maxBackoff)
        const jittered = Duration.times(doubled, 0.5 + (yield* Random.next) / 2)
        yield* Effect.sleep(Duration.max(jittered, failure.retryAfter ?? Duration.zero))
        return undefined
      })

      const attempted = Effect.gen(function* () {
        current ??= yield* connect(outer, lastEventId, (milliseconds) => (wait = Duration.millis(milliseconds)))
        return yield* current.next
      })

      const next: Effect.Effect<EventMessage, Failure> = Effect.flatMap(
        Effect.catch(attempted, patiently),
        (message) => {
          if (message === undefined) return next
          attempt = 0
          lastEventId = message.id ?? lastEventId
          return Effect.succeed(message)
        }
      )
      return next
    })

    return Events.of({ subscribe })
  })
