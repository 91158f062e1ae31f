/** What is promised of end users, for as many operations as there is time for. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Nodes from "./nodes.ts"
import { isVaried } from "./isVaried.ts"
import { play } from "./play.ts"

const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

export const promise = ({ minutes, operations }: { readonly minutes: number; readonly operations: number }) =>
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
      minutes * 60_000
    )
  })
