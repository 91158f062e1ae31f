/**
 * What an app is told of as it happens.
 *
 * A stream is pulled and never pushed: whoever reads slowly is asked for
 * slowly, and holds neither memory nor a connection of the database meanwhile.
 * Nothing the database decided is remembered until the next question.
 */
import { Clock, Context, Duration, Effect, Layer, Option, Queue, type Redacted, type Scope, Stream } from "effect"
import type { Forbidden, IdentityInvalid, RateLimited, Unavailable } from "@vendodev/domain/BrokerError"
import type { Event } from "@vendodev/domain/Event"
import { keyHashOf } from "../access/keyHashOf.ts"
import type { KeyRefusal } from "../access/keyRefusals.ts"
import { UserIdentity } from "../access/UserIdentity.ts"
import { Keyring } from "../vault/Keyring.ts"
import { EventLog } from "./EventLog.ts"
import { Wakeups } from "./Wakeups.ts"

/** How often a silent stream says that it is there, and how long its place is kept when it stops to. */
export const Pace = Context.Reference<{ readonly ping: Duration.Duration; readonly lease: Duration.Duration }>(
  "@vendodev/broker/Events/Pace",
  { defaultValue: () => ({ ping: Duration.seconds(25), lease: Duration.seconds(60) }) }
)

export interface Listener {
  readonly key: Option.Option<Redacted.Redacted>
  /** Of the user whose events are meant, and no others. None for the tenant's own. */
  readonly userJwt: Option.Option<Redacted.Redacted>
  /** The last event that was heard; none for what comes from now on. */
  readonly after: Option.Option<number>
}

/** Something that happened, or that nothing did for a while. */
export type Heard = Event | "ping"

export type ListenerRefusal = KeyRefusal | Forbidden | RateLimited | IdentityInvalid | Unavailable

/** How far a stream has come. */
interface Progress {
  readonly after: number
  readonly pingAt: number
  readonly expiresIn: Duration.Duration
}

export class Events extends Context.Service<
  Events,
  {
    /**
     * Takes one of the app's places until the scope closes. The stream ends when
     * its listener may hear no more, or nobody can say: who asks again is told.
     */
    readonly open: (listener: Listener) => Effect.Effect<Stream.Stream<Heard>, ListenerRefusal, Scope.Scope>
  }
>()("@vendodev/broker/Events") {
  static readonly layer = Layer.effect(
    Events,
    Effect.gen(function* () {
      const log = yield* EventLog
      const keyring = yield* Keyring
      const users = yield* UserIdentity
      const wakeups = yield* Wakeups
      const { lease, ping } = yield* Pace

      const open = Effect.fn("Events.open")(function* ({ after, key, userJwt }: Listener) {
        const keyHash = yield* keyHashOf(keyring, key)
        // What can not be given back is free again when its lease is over.
        const place = yield* Effect.acquireRelease(log.take(keyHash, lease), (taken) => Effect.ignore(log.leave(taken)))
        // Before the first question, so that nothing falls between the two.
        const wakes = yield* wakeups.of(place.tenant)

        const ask = Effect.fnUntraced(function* (after: number, renewing: boolean) {
          const user = yield* Effect.transposeOption(Option.map(userJwt, users.verify))
          return yield* log.ask({ place, user, after, lease: renewing ? Option.some(lease) : Option.none() })
        })

        const next = Effect.fnUntraced(function* ({ after, expiresIn, pingAt }: Progress) {
          const before = yield* Clock.currentTimeMillis
          // Also when the clock was set back: a place is not kept for who says nothing for long.
          const due = Math.min(pingAt, before + Duration.toMillis(ping))
          const silent = Math.max(1, due - before)
          yield* Effect.timeoutOption(Queue.take(wakes), Duration.min(Duration.millis(silent), expiresIn))
          const now = yield* Clock.currentTimeMillis
          const isDue = now >= due
          const answer = yield* ask(after, isDue)
          return [
            isDue ? [...answer.events, "ping" as const] : answer.events,
            Option.some({
              after: newest(answer.events, after),
              pingAt: isDue ? now + Duration.toMillis(ping) : due,
              expiresIn: answer.expiresIn
            })
          ] satisfies Step
        })

        // After a restore from a backup there are fewer than a client has heard of.
        const start = Math.min(
          Option.getOrElse(after, () => place.latest),
          place.latest
        )
        const missed = yield* ask(start, false)
        const pingAt = (yield* Clock.currentTimeMillis) + Duration.toMillis(ping)
        const progress = { after: newest(missed.events, start), pingAt, expiresIn: missed.expiresIn }
        return Stream.concat(
          Stream.fromIterable<Heard>(missed.events),
          Stream.paginate(progress, (progress) => Effect.catch(next(progress), () => Effect.succeed(end)))
        )
      })

      return Events.of({ open })
    })
  )
}

type Step = readonly [ReadonlyArray<Heard>, Option.Option<Progress>]

const end: Step = [[], Option.none()]

const newest = (events: ReadonlyArray<Event>, before: number) => Number(events.at(-1)?.id ?? before)
