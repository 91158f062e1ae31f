import { Deferred, Effect, type Scope } from "effect"

/** What became of a wish: whether somebody was at it already, and how it ends. */
export interface Flight<A, E> {
  readonly joined: boolean
  readonly landing: Effect.Effect<A, E>
}

/**
 * Joins who wants the same thing at the same time. The first starts the flight,
 * in their name; all get its outcome, and none of them owns it: it flies in the
 * scope this was made in, so that who stops waiting cancels nothing.
 */
export const flights = <A, E>(): Effect.Effect<
  (key: string, flight: Effect.Effect<A, E>) => Effect.Effect<Flight<A, E>>,
  never,
  Scope.Scope
> =>
  Effect.map(Effect.scope, (scope) => {
    const flying = new Map<string, Deferred.Deferred<A, E>>()
    return (key, flight) =>
      Effect.suspend((): Effect.Effect<Flight<A, E>> => {
        const other = flying.get(key)
        if (other !== undefined) return Effect.succeed({ joined: true, landing: Deferred.await(other) })
        const landed = Deferred.makeUnsafe<A, E>()
        flying.set(key, landed)
        const flown = Effect.onExit(Effect.interruptible(flight), (exit) => {
          flying.delete(key)
          return Deferred.done(landed, exit)
        })
        return Effect.as(Effect.forkIn(flown, scope), { joined: false, landing: Deferred.await(landed) })
        // Who leaves between the two would leave a flight that never started, for others to wait for.
      }).pipe(Effect.uninterruptible)
  })
