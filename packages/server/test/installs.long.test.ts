import { promise } from "./installs/promise.ts"

promise({ tenants: 50, operations: 1_000, kills: 25 })
