import { promise } from "./revocation/promise.ts"

promise({ revocations: 1_000, minutes: 10 })
