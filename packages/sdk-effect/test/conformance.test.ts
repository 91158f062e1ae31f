import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { conform } from "@vendodev/testing/conformance/conform"
import { vectors } from "@vendodev/testing/conformance/topics"
import { effectAdapter } from "./effectAdapter.ts"

for (const vector of vectors) {
  it.live(vector.name, () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* conform(vector, effectAdapter), [])
    })
  )
}
