import { layer } from "@effect/vitest"
import { overtaking, reconnection, revocation, world } from "./fixtures/intrusions.ts"

const mode = { fromTheStart: true }
const timeout = 600_000

layer(world, { excludeTestServices: true, timeout })(
  "Two processes refresh one token, in every order from the start:",
  (it) => {
    it.effect("a revocation wins, and nothing revives the row", () => revocation(mode), timeout)

    it.effect("another account wins, and no token of the old one is served after it", () => reconnection(mode), timeout)

    it.effect("a lease that was overtaken writes nothing", () => overtaking(mode), timeout)
  }
)
