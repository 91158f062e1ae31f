import { layer } from "@effect/vitest"
import { overtaking, reconnection, revocation, world } from "./fixtures/intrusions.ts"

const two = { vends: ["a", "b"], fromTheStart: false, atLeast: 50 } as const
const one = { vends: ["a"], fromTheStart: true, atLeast: 4 } as const

layer(world, { excludeTestServices: true, timeout: 120_000 })(
  "A token refreshed by two processes, in every order:",
  (it) => {
    it.effect("a revocation wins, and nothing revives the row", () => revocation(two))

    it.effect("another account wins, and no token of the old one is served after it", () => reconnection(one))

    it.effect("a lease that was overtaken writes nothing", () => overtaking(two))
  }
)
