import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/mutatedBodies.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "of any body comes a token, or a refusal",
    file: `${src}/masked.ts`,
    find: "/^[!-~]{8,16384}$/",
    replace: "/^[^]*$/",
    test
  },
  {
    control: "of any body comes no token of another account",
    file: `${src}/composioAnswer.ts`,
    find: "if (account.id !== question.account)",
    replace: `if (account.id === "")`,
    test
  },
  {
    control: "of any body comes no connection condemned for nothing",
    file: `${src}/composioAnswer.ts`,
    find: "return saysGone(body) ? gone : notThere",
    replace: "return gone",
    test
  }
]
