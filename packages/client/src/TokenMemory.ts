/**
 * Tokens that were vended a moment ago, by user and integration. Whoever asks
 * while one is being fetched waits for that one.
 *
 * Age is taken from the clock that can not be set: a wall clock put back by an
 * hour does not make a token an hour younger.
 */
import { Cache, Clock, DateTime, Duration, Effect, Exit, Option, type Redacted } from "effect"
import type { Failure } from "./Failure.ts"
import { reusableFor, type Token } from "./Token.ts"

/** Whose token of what. Without a user it is the deployment's own. */
export interface Owner {
  readonly user: Option.Option<Redacted.Redacted>
  readonly slug: string
}

interface Kept {
  readonly token: Token
  readonly takenAt: bigint
  readonly reusable: Duration.Duration
}

export interface TokenMemory {
  /** The token kept, if it may still be used. */
  readonly find: (owner: Owner) => Effect.Effect<Option.Option<Token>>
  /** The token kept, or else the one `fetch` gets. */
  readonly get: (owner: Owner) => Effect.Effect<Token, Failure>
  readonly keep: (owner: Owner, token: Token) => Effect.Effect<void>
  readonly drop: (owner: Owner) => Effect.Effect<void>
}

/** Enough for many users at once; beyond it the longest unused is asked for again. */
const capacity = 10_000

export const make = (fetch: (owner: Owner) => Effect.Effect<Token, Failure>): Effect.Effect<TokenMemory> =>
  Effect.gen(function* () {
    const kept = (token: Token): Effect.Effect<Kept> =>
      Effect.gen(function* () {
        const takenAt = yield* Clock.monotonicTimeNanos
        return { token, takenAt, reusable: reusableFor(token, yield* DateTime.now) }
      })

    const cache = yield* Cache.makeWith((owner: Owner) => Effect.flatMap(fetch(owner), kept), {
      capacity,
      timeToLive: (exit) =>
        Exit.isSuccess(exit) && Duration.isPositive(exit.value.reusable) ? Duration.infinity : Duration.zero
    })

    const isFresh = ({ reusable, takenAt }: Kept, now: bigint) =>
      Duration.isLessThan(Duration.nanos(now - takenAt), reusable)

    const find = Effect.fnUntraced(function* (owner: Owner) {
      const now = yield* Clock.monotonicTimeNanos
      return Option.filter(yield* Cache.getSuccess(cache, owner), (entry) => isFresh(entry, now))
    })

    return {
      find: (owner) =>
        Effect.map(
          find(owner),
          Option.map(({ token }) => token)
        ),
      get: Effect.fnUntraced(function* (owner) {
        const now = yield* Clock.monotonicTimeNanos
        const entry = yield* Cache.get(cache, owner)
        // Taken since we asked: whatever is left of its life, there is no fresher one.
        if (entry.takenAt >= now || isFresh(entry, now)) return entry.token
        yield* Cache.invalidateWhen(cache, owner, (current) => current === entry)
        return (yield* Cache.get(cache, owner)).token
      }),
      keep: (owner, token) =>
        Effect.flatMap(kept(token), (entry) =>
          Duration.isPositive(entry.reusable) ? Cache.set(cache, owner, entry) : Cache.invalidate(cache, owner)
        ),
      drop: (owner) => Cache.invalidate(cache, owner)
    }
  })
