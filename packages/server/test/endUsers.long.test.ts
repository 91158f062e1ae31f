import { promise } from "./users/promise.ts"

promise({ operations: 20_000, minutes: 30 })
