import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/check.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a key that is refused is said to be",
    file: `${src}/composioCheck.ts`,
    find: "status === 401 || status === 403",
    replace: "status === 418",
    test
  },
  {
    control: "masking is looked for where it shows",
    file: `${src}/composioCheck.ts`,
    find: "found.failure === masked ? Option.some(true)",
    replace: "found.failure === masked ? Option.some(false)",
    test
  },
  {
    control: "a page is not taken for an answer",
    file: `${src}/composioCheck.ts`,
    find: "status !== 200 || Option.isNone(list)",
    replace: "status !== 200",
    test
  }
]
