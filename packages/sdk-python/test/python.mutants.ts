import type { Mutant } from "@vendodev/testing/Mutant"

const python = { file: "packages/testing/src/python.ts", test: "packages/sdk-python/test/python.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...python,
    control: "a Python that is too old is not taken",
    find: "major !== 3 || minor < oldest",
    replace: "major !== 3",
    name: "older than the SDK"
  },
  {
    ...python,
    control: "a Python with the modules is taken before one without",
    find: "python.modules.size === modules.length",
    replace: "true",
    name: "has all the modules"
  },
  {
    ...python,
    control: "a Python without the modules is better than none",
    find: "first ??= python",
    replace: "void python",
    name: "none has every module"
  }
]
