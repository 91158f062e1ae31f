import { Context, Effect, Layer } from "effect"

/** Whether the server was told to stop: readiness says so while requests under way are finished. */
export class Draining extends Context.Service<
  Draining,
  {
    readonly now: () => boolean
    readonly start: Effect.Effect<void>
  }
>()("@vendodev/server/Draining") {
  static readonly layer = Layer.sync(Draining, () => {
    let draining = false
    return Draining.of({
      now: () => draining,
      start: Effect.sync(() => {
        draining = true
      })
    })
  })
}
