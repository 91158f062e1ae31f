import { type Array, Effect, Latch, type Request, RequestResolver } from "effect"

/**
 * Groups concurrent requests without a timer: while one group runs, the next
 * one collects, and it starts when the first has ended. An idle resolver
 * answers a lone request at once.
 */
export const onePerTurn = <A extends Request.Any>(
  runAll: (entries: Array.NonEmptyArray<Request.Entry<A>>) => Effect.Effect<void, Request.Error<A>>
): Effect.Effect<RequestResolver.RequestResolver<A>> =>
  Effect.map(Latch.make(true), (turn) =>
    RequestResolver.make<A>((entries) =>
      Effect.suspend(() => {
        turn.closeUnsafe()
        return Effect.ensuring(runAll(entries), turn.open)
      })
    ).pipe(RequestResolver.setDelayEffect(Effect.andThen(Effect.yieldNow, turn.await)))
  )
