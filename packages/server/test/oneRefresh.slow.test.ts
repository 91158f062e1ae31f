import { promise } from "./fixtures/oneRefreshPromises.ts"

promise({
  callers: 400,
  quick: 10,
  slow: 1,
  disturbances: [
    { holder: "killed", lease: "runs out", resumed: "after" },
    { holder: "killed", lease: "is ended", resumed: "after" },
    { holder: "stopped", lease: "runs out", resumed: "after" },
    { holder: "stopped", lease: "is ended", resumed: "meanwhile" }
  ]
})
