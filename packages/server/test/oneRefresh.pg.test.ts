import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type Disturbance, layer as cluster, make, newest } from "./fixtures/oneRefresh.ts"

const callers = 400

const disturbances: ReadonlyArray<Disturbance> = [
  { holder: "killed", lease: "ends", resumed: "after" },
  { holder: "stopped", lease: "ends", resumed: "after" },
  { holder: "stopped", lease: "is ended", resumed: "after" },
  { holder: "stopped", lease: "is ended", resumed: "during" },
  { holder: "stopped", lease: "ends", resumed: "during" }
]

layer(cluster, { excludeTestServices: true })("A token of four processes", (it) => {
  it.effect("x", () =>
    Effect.gen(function* () {
      const t = () => performance.now() / 1000
      const t0 = t()
      const { disturbed, round } = yield* make({ callers })
      console.log("started", t() - t0)
      for (let i = 0; i < 10; i++) {
        const s = t()
        console.log(JSON.stringify(yield* round(50)), t() - s)
      }
      const s = t()
      console.log(JSON.stringify(yield* round(4000)), t() - s)
      for (const d of disturbances) {
        const s = t()
        console.log(JSON.stringify(d), JSON.stringify(yield* disturbed(d)), t() - s)
      }
    }).pipe(Effect.scoped)
  )
})
