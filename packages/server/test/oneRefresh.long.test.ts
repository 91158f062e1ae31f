import { Array } from "effect"
import { promise } from "./fixtures/oneRefreshPromises.ts"

promise({
  callers: 1_000,
  quick: 200,
  slow: 20,
  disturbances: Array.makeBy(50, (n) => ({
    holder: n % 2 === 0 ? "killed" : "stopped",
    lease: n % 10 < 8 ? "runs out" : "is ended",
    resumed: n % 4 === 1 ? "after" : "meanwhile"
  }))
})
