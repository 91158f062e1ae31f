import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/sdkErrors.test.ts"
const file = "scripts/generators/sdkErrorsPage.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "every code has its row on the page of errors and what to do",
    file,
    find: "...BrokerError.members.map((row) =>",
    replace: "...BrokerError.members.slice(1).map((row) =>",
    test,
    name: "exactly once"
  },
  {
    control: "the page says which codes are asked again",
    file,
    find: `isRetried(code) ? "once" : "no"`,
    replace: `"no"`,
    test,
    name: "asks again"
  },
  {
    control: "the page names the class that is thrown",
    file,
    find: "${classes[code].name}",
    replace: "VendoError",
    test,
    name: "names the class"
  }
]
