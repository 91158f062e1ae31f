import { layer } from "@effect/vitest"
import { overtaking, reconnection, revocation, world } from "./fixtures/intrusions.ts"

const two = { vends: ["a", "b"], fromTheStart: true, atLeast: 200 } as const
const timeout = 600_000

layer(world, { excludeTestServices: true, timeout })(
  "A token refreshed by two processes, in every order from the start:",
  (it) => {
    it.effect("a revocation wins, and nothing revives the row", () => revocation(two), timeout)

    it.effect("another account wins, and no token of the old one is served after it", () => reconnection(two), timeout)

    it.effect("a lease that was overtaken writes nothing", () => overtaking(two), timeout)
  }
)
