import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/stalled.long.test.ts"
const http = "packages/server/src/Http.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "headers arrive in time",
    file: http,
    find: `headersTimeout: 10_000`,
    replace: `headersTimeout: 0`,
    test
  },
  {
    control: "a body arrives in time",
    file: http,
    find: `requestTimeout: 15_000`,
    replace: `requestTimeout: 0`,
    test
  }
]
