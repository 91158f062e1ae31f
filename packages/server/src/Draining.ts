import { Context, Effect, Latch, Layer } from "effect"

/** Whether the server was told to stop: readiness says so while requests under way are finished. */
export class Draining extends Context.Service<
  Draining,
  {
    readonly now: () => boolean
    readonly start: Effect.Effect<void>
    /** Returns once it was: for what has no end of its own. */
    readonly started: Effect.Effect<void>
  }
>()("@vendodev/server/Draining") {
  static readonly layer = Layer.sync(Draining, () => {
    const told = Latch.makeUnsafe()
    return Draining.of({
      now: () => Latch.isOpen(told),
      start: Effect.asVoid(told.open),
      started: told.await
    })
  })
}
