import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { conform } from "@vendodev/testing/conformance/conform"
import { vectors } from "@vendodev/testing/conformance/topics"
import { effectAdapter } from "./effectAdapter.ts"

// Several at a time: the variables of a vector are those of its own fibers.
describe.concurrent("the Effect SDK", () => {
  for (const vector of vectors) {
    it.live(vector.name, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* conform(vector, effectAdapter), [])
      })
    )
  }
})
