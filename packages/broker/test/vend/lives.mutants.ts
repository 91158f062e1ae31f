import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/vend/lives.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    control: "whether a token is fresh is asked of the row each time",
    find: `OR c.token_fresh_until > now() THEN 'granted'`,
    replace: `OR c.token_fresh_until IS NOT NULL THEN 'granted'`
  },
  {
    file: "packages/broker/src/upstream/tokenLife.ts",
    test,
    control: "a token is not kept in its last minute",
    find: `const margin = 60 * second`,
    replace: `const margin = 0 * second`
  }
]
