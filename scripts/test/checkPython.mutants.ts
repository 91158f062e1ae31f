import type { Mutant } from "@vendodev/testing/Mutant"

const check = { file: "scripts/check-python.ts", test: "scripts/test/checkPython.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...check,
    control: "ruff is told what pyproject.toml says of it",
    find: "if (path === undefined) continue",
    replace: "if (path !== undefined) continue",
    name: "told by the tables"
  },
  {
    ...check,
    control: "the width of a line is the one of pyproject.toml",
    find: "JSON.parse(value)",
    replace: "undefined",
    name: "to the width"
  },
  {
    ...check,
    control: "imports are put in order",
    find: "workspace.format(ordered)",
    replace: "workspace.format(source)",
    name: "puts imports in order"
  },
  {
    ...check,
    control: "what ruff finds is a fault",
    find: "return { formatted: workspace.format(ordered), faults }",
    replace: "return { formatted: workspace.format(ordered), faults: [] }",
    name: "says what is wrong"
  },
  {
    ...check,
    control: "a source that is no Python is a fault",
    find: "faults.length > 0 ? faults",
    replace: "faults.length > 0 ? []",
    name: "no Python"
  },
  {
    control: "a new rule is for the SDK in Python, too",
    file: "packages/sdk-python/pyproject.toml",
    find: `"UP", "B",`,
    replace: `"UP",`,
    test: check.test,
    name: "more rules"
  },
  {
    control: "the Python SDK has the version of the other SDKs",
    file: "packages/sdk-python/src/vendo/_version.py",
    find: `VERSION = "0`,
    replace: `VERSION = "9`,
    test: check.test,
    name: "has the version"
  }
]
