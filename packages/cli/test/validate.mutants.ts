import type { Mutant } from "@vendodev/testing/Mutant"

const validate = { file: "packages/cli/src/validate.ts", test: "packages/cli/test/validate.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...validate,
    control: "a manifest that is not valid ends with 1",
    find: "return yield* new Told({ exit: exits.refused })",
    replace: "return yield* new Told({ exit: exits.done })",
    name: "ends with 1"
  },
  {
    ...validate,
    file: "packages/cli/src/manifestSource.ts",
    control: "no more is read of a manifest than one can be long",
    find: "new Uint8Array(mostBytes + 1)",
    replace: "new Uint8Array(0)",
    name: "as it is"
  },
  {
    ...validate,
    file: "packages/cli/src/manifestSource.ts",
    control: "a byte order mark is told",
    find: "{ ignoreBOM: true }",
    replace: "{ ignoreBOM: false }",
    name: "as it is"
  },
  {
    ...validate,
    file: "packages/cli/src/manifestSource.ts",
    control: "the name of a file that is not there is repeated only if it can be no secret",
    find: "called ${shown(file)}",
    replace: "called ${file}",
    test: "packages/cli/test/usage.test.ts",
    name: "never repeated"
  },
  {
    file: "packages/cli/src/report.ts",
    test: "packages/cli/test/manifestSource.test.ts",
    control: "the faults of a manifest that is to be installed are told one a line",
    find: "...above.map(plain),",
    replace: `plain(above.join("\\n")),`
  },
  {
    file: "packages/cli/src/report.ts",
    test: "packages/cli/test/manifestSource.test.ts",
    control: "programs are told the faults of a manifest with their places",
    find: "problems: invalid.problems,",
    replace: ""
  }
]
