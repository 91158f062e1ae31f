import { promise } from "./installs/promise.ts"

promise({ tenants: 8, operations: 120, kills: 3 })
