import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/wheel.slow.test.ts"
const project = { file: "packages/sdk-python/pyproject.toml", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...project,
    control: "the Python SDK needs nothing besides Python",
    find: "dependencies = []",
    replace: `dependencies = ["requests"]`,
    name: "needs Python 3.11 and nothing else"
  },
  {
    ...project,
    control: "the wheel holds nothing but the sources",
    find: `packages = ["src/vendo"]`,
    replace: `packages = ["src/vendo", "test"]`,
    name: "nothing else"
  },
  {
    control: "the Python SDK is imported in no time",
    file: "packages/sdk-python/src/vendo/__init__.py",
    find: "from vendo._version import VERSION as __version__",
    replace: `from vendo._version import VERSION as __version__; __import__("time").sleep(0.2)`,
    test,
    name: "is imported in no more time"
  }
]
