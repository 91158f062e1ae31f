import type { Mutant } from "@vendodev/testing/Mutant"

const page = "docs/quickstart-python.md"
const runs = { file: page, test: "scripts/test/pythonQuickstart.slow.test.ts", name: "prints in block 1 what" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...runs,
    control: "a block of the quickstart prints what its comment says",
    find: "# sk-made-up",
    replace: "# sk-made-down"
  },
  {
    ...runs,
    control: "a block of the quickstart prints no line that is not promised",
    find: `print(vendo.token("my-tool"))  # of-no-catalog`,
    replace: `print(vendo.token("my-tool"))`
  },
  {
    ...runs,
    control: "a block of the quickstart leaves nothing open",
    find: `os.environ.pop("VENDO_API_KEY", None)`,
    replace: `os.environ.pop("VENDO_API_KEY", None)\nopened = open(__file__)`
  },
  {
    control: "each line that is printed is compared with the one that was promised",
    file: "scripts/test/examples/promised.ts",
    find: "pattern(line).test(said)",
    replace: 'said !== ""',
    test: "scripts/test/promised.test.ts",
    name: "another line"
  }
]
