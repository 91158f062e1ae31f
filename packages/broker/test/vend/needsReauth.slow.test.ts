import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { world } from "./fixtures/upstream.ts"
import { suffer, wrongAnswers } from "./fixtures/wrongAnswers.ts"

layer(world, { timeout: 120_000 })("A wrong answer that says nothing definite", (it) => {
  it.effect(
    "sends no user to authorise again, whatever it is",
    () =>
      Effect.gen(function* () {
        assert.isAtLeast(yield* suffer(2, 1, wrongAnswers), 150)
      }),
    180_000
  )
})
