import { layer } from "@effect/vitest"
import * as Fixture from "@vendodev/testing/Fixture"
import { binders, races } from "./exclusive/races.ts"

const rounds = 200

layer(Fixture.layer)("An exclusive credential", (it) => {
  it.effect(
    `has one consumer after each of ${rounds} races of ${binders.length}, and none once that is gone`,
    () => races(rounds),
    10 * 60_000
  )
})
