import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/generators.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a generated file that would change is found",
    file: "scripts/generate.ts",
    find: "if ((await current(target)) === text) continue",
    replace: "if ((await current(target)) !== undefined) continue",
    test
  },
  {
    control: "a check of the generated files writes nothing",
    file: "scripts/generate.ts",
    find: "if (!write) continue",
    replace: "",
    test
  },
  {
    control: "every code has its row on the page of errors",
    file: "scripts/generators/errorsPage.ts",
    find: "BrokerError.members.map((row) =>",
    replace: "BrokerError.members.slice(1).map((row) =>",
    test,
    name: "exactly once"
  },
  {
    control: "the page of errors says what to do",
    file: "scripts/generators/errorsPage.ts",
    find: "${cell(remedy)}",
    replace: "",
    test,
    name: "tells of each"
  },
  {
    control: "the examples on the page of errors are whole answers",
    file: "scripts/generators/errorsPage.ts",
    find: "...commonHeaders(exampleRequestId)",
    replace: "",
    test,
    name: "as they are sent"
  },
  {
    control: "the contract is written in one order",
    file: "scripts/generators/openapi.ts",
    find: "(a < b ? -1 : 1)",
    replace: "(a < b ? 1 : -1)",
    test,
    name: "keys in order"
  }
]
