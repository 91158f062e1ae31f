import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { world } from "./fixtures/upstream.ts"
import { suffer, wrongAnswers } from "./fixtures/wrongAnswers.ts"

const timeout = 3_600_000

layer(world, { timeout })("An hour of wrong answers to 1,000 connections", (it) => {
  it.effect(
    "sends no user to authorise again, whatever the answers are",
    () =>
      Effect.gen(function* () {
        assert.isAtLeast(yield* suffer(1000, 2, wrongAnswers), 150)
      }),
    timeout
  )
})
