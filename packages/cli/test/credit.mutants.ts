import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an amount is added under the reference that was given",
    file: "packages/cli/src/credit.ts",
    find: "Option.getOrElse(reference, () =>",
    replace: "Option.getOrElse(Option.filter(reference, () => false), () =>",
    test: "packages/cli/test/credit.pg.test.ts"
  },
  {
    control: "what is less than a millionth is no amount",
    file: "packages/cli/src/dollars.ts",
    find: "(\\d{1,6})",
    replace: "(\\d+)",
    test: "packages/cli/test/dollars.test.ts"
  },
  {
    control: "an amount below nothing stays below nothing",
    file: "packages/cli/src/dollars.ts",
    find: `sign === "-" ? -micros : micros`,
    replace: `micros`,
    test: "packages/cli/test/dollars.test.ts"
  },
  {
    control: "a cap is not below nothing",
    file: "packages/cli/src/flags.ts",
    find: "Option.filter(microsOf(text), (micros) => micros >= 0)",
    replace: "microsOf(text)",
    test: "packages/cli/test/usage.test.ts"
  }
]
