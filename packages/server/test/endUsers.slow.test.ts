import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Nodes from "./users/nodes.ts"
import { isVaried } from "./users/isVaried.ts"
import { play } from "./users/play.ts"

const operations = 2_000
const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

layer(Nodes.layer, { excludeTestServices: true })("End users of the service, as their model", (it) => {
  it.effect(
    `get what is their own, and nothing else, in ${operations} random operations`,
    () =>
      Effect.gen(function* () {
        const { outcomes, played } = yield* play(operations, seed)
        yield* Effect.logInfo(`${played} operations played, seed ${seed}`)
        assert.isAtLeast(played, operations)
        isVaried(outcomes)
      }),
    3 * 60_000
  )
})
