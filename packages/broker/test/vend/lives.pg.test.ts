import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { live } from "./fixtures/lives.ts"
import { world } from "./fixtures/upstream.ts"

const seed = Number(process.env["VENDO_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31))

layer(world, { timeout: 120_000 })("Over days of virtual time, with outages and clocks set wrong,", (it) => {
  it.effect(
    "no token is served at or past its end, and none is kept longer than it may be",
    () =>
      Effect.gen(function* () {
        const counts = yield* live({ seed, connections: 14, days: 1 })
        assert.isAbove(counts.vends, 500, `seed ${seed}`)
        // Most are served from what is kept, and whatever is served was asked for once.
        assert.isBelow(counts.calls, counts.vends, `seed ${seed}`)
      }),
    180_000
  )
})
