import { promise } from "./users/promise.ts"

promise({ operations: 2_000, minutes: 3 })
