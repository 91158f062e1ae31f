import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/installs.slow.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/database/migrations/0001_create_tables.ts",
    test,
    control: "of all who want a credential with one consumer one has it",
    find: "CREATE UNIQUE INDEX one_consumer ON",
    replace: "CREATE INDEX one_consumer ON"
  },
  {
    file: "packages/broker/src/install/Deployments.ts",
    test,
    control: "what is refused leaves nothing",
    find: "if (Option.isSome(refusal)) return yield* refusal.value",
    replace: 'if (Option.isSome(refusal) && refusal.value._tag !== "connection_in_use") return yield* refusal.value'
  },
  {
    file: "packages/broker/src/install/Idempotency.ts",
    test,
    control: "who asks again is answered what was answered",
    find: "if (yield* take(attempt.value, key, request)) {",
    replace: "if ((yield* take(attempt.value, key, request)) || true) {"
  }
]
