import { promise } from "./revocation/promise.ts"

promise({ revocations: 40, minutes: 3 })
