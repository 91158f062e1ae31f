import { type Array, Effect, Latch, type Request, RequestResolver } from "effect"

/**
 * Groups concurrent requests without a timer: while `turns` groups run, the
 * next one collects, and it starts when one of them has ended. An idle resolver
 * answers a lone request at once.
 */
export const inTurns = <A extends Request.Any>(
  turns: number,
  runAll: (entries: Array.NonEmptyArray<Request.Entry<A>>) => Effect.Effect<void, Request.Error<A>>
): Effect.Effect<RequestResolver.RequestResolver<A>> =>
  Effect.map(Latch.make(true), (turn) => {
    let running = 0
    const end = Effect.sync(() => {
      running--
      turn.openUnsafe()
    })
    return RequestResolver.make<A>((entries) =>
      Effect.suspend(() => {
        if (++running === turns) turn.closeUnsafe()
        return Effect.ensuring(runAll(entries), end)
      })
    ).pipe(RequestResolver.setDelayEffect(Effect.andThen(Effect.yieldNow, turn.await)))
  })
