import type { Mutant } from "@vendodev/testing/Mutant"

const python = { file: "scripts/generators/python.ts", test: "scripts/test/pythonSources.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...python,
    control: "every code has its class in Python",
    find: "${thrown.map(({ code, name })",
    replace: "${thrown.slice(1).map(({ code, name })",
    name: "each code"
  },
  {
    ...python,
    control: "a code of the SDK itself has its remedy in Python",
    find: ", ...Object.entries(localRemedies)]",
    replace: "]",
    name: "each code"
  },
  {
    ...python,
    control: "a variable that holds no token is not taken for one in Python",
    find: `tuple("        token_variables=", of.tokenVariables)`,
    replace: `tuple("        token_variables=", of.variables)`,
    name: "every integration"
  },
  {
    ...python,
    control: "a generated source is formatted",
    find: "const lineLength = 100",
    replace: "const lineLength = 200",
    name: "would format it"
  }
]
