import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/audit/failClosed.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    control: "without a record there is no token",
    find: `FROM recorded CROSS JOIN decided d ORDER BY d.n`,
    replace: `FROM decided d ORDER BY d.n`
  },
  {
    file: "packages/broker/src/audit/AuditLog.ts",
    test,
    control: "a denial waits for its record",
    find: `return orUnavailable(Effect.asVoid(write({ keyHash, body })))`,
    replace: `return Effect.forkDetach(orUnavailable(Effect.asVoid(write({ keyHash, body }))))`
  },
  {
    file: "packages/broker/src/manage/Apps.ts",
    test,
    control: "a change and its record are one transaction",
    find: `yield* audit.changed({ action: "app.create"`,
    replace: `if (slug === tenant.id) yield* audit.changed({ action: "app.create"`
  }
]
