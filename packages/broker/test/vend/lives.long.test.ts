import { assert, layer } from "@effect/vitest"
import { Console, Effect } from "effect"
import { live } from "./fixtures/lives.ts"
import { world } from "./fixtures/upstream.ts"

const seed = Number(process.env["VENDO_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31))
const timeout = 3_600_000

layer(world, { timeout })("Over 2,000 connection-days of virtual time, with outages and clocks set wrong,", (it) => {
  it.effect(
    "no token is served at or past its end, and none is kept longer than it may be",
    () =>
      Effect.gen(function* () {
        const counts = yield* live({ seed, connections: 140, days: 15 })
        yield* Console.log(`2,100 connection-days, seed ${seed}: ${JSON.stringify(counts)}`)
        assert.isAbove(counts.vends, 100_000)
        assert.isAbove(counts.stale, 0)
      }),
    timeout
  )
})
