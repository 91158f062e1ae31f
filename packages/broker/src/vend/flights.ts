import { Deferred, Effect, type Scope } from "effect"

/**
 * Joins who wants the same thing at the same time. The first starts the flight,
 * all get its outcome, and none of them owns it: it flies in the scope this was
 * made in, so that who stops waiting cancels nothing.
 */
export const flights = <A, E>(): Effect.Effect<
  (key: string, flight: Effect.Effect<A, E>) => { readonly joined: boolean; readonly landing: Effect.Effect<A, E> },
  never,
  Scope.Scope
> =>
  Effect.map(Effect.context<Scope.Scope>(), (context) => {
    const fork = Effect.runForkWith(context)
    const flying = new Map<string, Deferred.Deferred<A, E>>()
    return (key, flight) => {
      const other = flying.get(key)
      if (other !== undefined) return { joined: true, landing: Deferred.await(other) }
      const landed = Deferred.makeUnsafe<A, E>()
      flying.set(key, landed)
      fork(
        flight.pipe(
          Effect.onExit((exit) => {
            flying.delete(key)
            return Deferred.done(landed, exit)
          }),
          Effect.forkScoped
        )
      )
      return { joined: false, landing: Deferred.await(landed) }
    }
  })
