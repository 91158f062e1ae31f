import { layer } from "@effect/vitest"
import { overtaking, reconnection, revocation, world } from "./fixtures/intrusions.ts"

const mode = { fromTheStart: false }

layer(world, { excludeTestServices: true, timeout: 120_000 })(
  "Two processes refresh one token, in every order:",
  (it) => {
    it.effect("a revocation wins, and nothing revives the row", () => revocation(mode))

    it.effect("another account wins, and no token of the old one is served after it", () => reconnection(mode))

    it.effect("a lease that was overtaken writes nothing", () => overtaking(mode))
  }
)
