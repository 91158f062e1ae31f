/** Whether the command says that it is well. */
import { Effect, Number, Option, Redacted } from "effect"
import { HttpClient } from "effect/http"
import type { Environment, Health } from "@vendodev/domain/Deployment"
import { Inherited } from "./Inherited.ts"
import { Pace } from "./Pace.ts"

export interface Probed {
  readonly health: Health
  /** In a row. */
  readonly misses: number
}

/** One that hiccups is not ill. One that answers is well at once. */
const mostMisses = 3

export const unprobed: Probed = { health: "unknown", misses: 0 }

export const probed = ({ health, misses }: Probed, isWell: boolean): Probed =>
  isWell
    ? { health: "healthy", misses: 0 }
    : { health: misses + 1 >= mostMisses ? "unhealthy" : health, misses: misses + 1 }

/** The port the manifest names, else the one the command is told to listen on. */
const portOf = Effect.fnUntraced(function* ({ health, variables }: Environment) {
  const inherited = Redacted.value(yield* Inherited)["PORT"]
  const told = variables["PORT"] === undefined ? inherited : Redacted.value(variables["PORT"])
  return Option.orElse(Option.fromNullishOr(health?.port), () => Number.parse(told ?? ""))
})

/** Where to ask; nowhere, if the tool says nothing of its health. */
export const address = Effect.fnUntraced(function* (environment: Environment) {
  if (environment.health === null) return Option.none()
  const { path } = environment.health
  return Option.map(yield* portOf(environment), (port) => `http://127.0.0.1:${port}${path}`)
})

/** Asks for ever, and tells of each change. */
export const watch = Effect.fnUntraced(function* (url: string, changed: (health: Health) => Effect.Effect<unknown>) {
  const { probe, probeAnswer } = yield* Pace
  const http = HttpClient.withScope(yield* HttpClient.HttpClient)
  // The scope lets go of a body that nobody reads.
  const isWell = Effect.scoped(http.get(url)).pipe(
    Effect.map(({ status }) => status >= 200 && status < 300),
    Effect.timeoutOrElse({ duration: probeAnswer, orElse: () => Effect.succeed(false) }),
    Effect.orElseSucceed(() => false)
  )
  let before = unprobed
  while (true) {
    yield* Effect.sleep(probe)
    const now = probed(before, yield* isWell)
    if (now.health !== before.health) yield* changed(now.health)
    before = now
  }
})
