import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/catalogEntries.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a token that expires is no variable to start with",
    file: "packages/catalog/src/envBootstrap.ts",
    find: `.filter((variable) => variable.injected)`,
    replace: ``,
    test
  },
  {
    control: "what has one consumer is started anew",
    file: "packages/catalog/src/envBootstrap.ts",
    find: `integration.exclusive ? "gateway" : "none"`,
    replace: `"none"`,
    test
  }
]
