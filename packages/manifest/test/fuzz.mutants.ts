import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/manifest/test/fuzz.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "whatever the file is, a place that is told is in it",
    file: "packages/manifest/src/Finding.ts",
    find: "lines.linePos(Math.min(at, end))",
    replace: "lines.linePos(at + 1)",
    test
  },
  {
    control: "whatever the file is, its number of words and marks takes no time",
    file: "packages/manifest/src/syntax.ts",
    find: "if (++parts > mostParts) {",
    replace: "if (++parts < 0) {",
    test
  },
  {
    control: "whatever the file is, its number of faults takes no time",
    file: "packages/manifest/src/syntax.ts",
    find: "Error.stackTraceLimit = 0",
    replace: "Error.stackTraceLimit = 100",
    test
  }
]
