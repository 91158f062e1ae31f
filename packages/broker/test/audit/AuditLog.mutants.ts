import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/audit/AuditLog.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "an unbinding is recorded",
    find: `if (removed.length === 0) return`,
    replace: `if (removed.length >= 0) return`
  },
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    control: "what changed nothing is not recorded",
    find: `AND status <> 'revoked' ORDER BY id FOR UPDATE`,
    replace: `ORDER BY id FOR UPDATE`
  },
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    control: "a vend is recorded",
    find: `FROM recorded CROSS JOIN decided d ORDER BY d.n`,
    replace: `FROM decided d ORDER BY d.n`
  },
  {
    file: "packages/broker/src/audit/AuditLog.ts",
    test,
    control: "a denial is recorded",
    find: `return orUnavailable(Effect.asVoid(write({ keyHash, body })))`,
    replace: `return Effect.void`
  },
  {
    file: "packages/broker/src/database/migrations/0003_create_audit_chain.ts",
    test,
    control: "a denial is in the log of the tenant whose key asked",
    find: `JOIN broker.app_keys k ON k.key_hash = q.h`,
    replace: `JOIN broker.app_keys k ON true`
  },
  {
    file: "packages/broker/src/audit/AuditLog.ts",
    test,
    control: "a record names its request",
    find: `outcome: "done", request: yield* RequestId }`,
    replace: `outcome: "done" }`
  },
  {
    file: "packages/broker/src/database/Tenancy.ts",
    test,
    control: "a change is recorded last: the log's head is held by nobody who still wants another lock",
    find: `note: (record: string) => void notes.push(record)`,
    replace: `note: () => {}`
  }
]
