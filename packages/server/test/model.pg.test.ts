import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Service from "./fixtures/service.ts"
import { play } from "./model/play.ts"

const operations = 2_000
const seed = process.env["VENDO_TEST_SEED"] ?? crypto.randomUUID()

layer(Service.layer(), { excludeTestServices: true })("The service, as its model", (it) => {
  it.effect(
    `answers ${operations} random operations in 20 tenants as predicted, and none with another's`,
    () =>
      Effect.gen(function* () {
        const played = yield* play(operations, seed)
        yield* Effect.logInfo(`${played} operations played, seed ${seed}`)
        assert.isAtLeast(played, operations)
      }),
    3 * 60_000
  )
})
