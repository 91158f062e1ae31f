import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/pythonReference.test.ts"
const page = "docs/reference/sdk-python.md"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "every public method of the Python SDK is in its reference",
    file: page,
    find: "| `for_user(jwt: str) -> Vendo` |",
    replace: "| for_user |",
    test,
    name: "has every public class"
  },
  {
    control: "the reference has no method that the Python SDK does not have",
    file: page,
    find: "| `close() -> None` | Ends the loops over its events, and lets go of idle connections |",
    replace:
      "| `close() -> None` | Ends the loops over its events, and lets go of idle connections |\n| `refresh() -> None` | Asks anew |",
    test,
    name: "has every public class"
  },
  {
    control: "a method of the Python SDK does not change without its reference",
    file: "packages/sdk-python/src/vendo/_apis.py",
    find: "def spend_caps(self) -> SpendCaps:",
    replace: "def caps(self) -> SpendCaps:",
    test,
    name: "has every public class"
  },
  {
    control: "both clients have the same methods where their reference is one",
    file: "packages/sdk-python/src/vendo/_async_apis.py",
    find: "async def spend_caps(self) -> SpendCaps:",
    replace: "async def caps(self) -> SpendCaps:",
    test,
    name: "has every public class"
  },
  {
    control: "every function of the Python SDK is in its reference",
    file: page,
    find: "| `primary_env_var(slug: str) -> str \\| None` |",
    replace: "| primary_env_var |",
    test,
    name: "has a table for each module"
  },
  {
    control: "what a module of Python exports is in the reference",
    file: "packages/sdk-python/src/vendo/errors.py",
    find: `    "REMEDIES",\n`,
    replace: "",
    test,
    name: "has a table for each module"
  },
  {
    control: "the reference has no table of what is not there",
    file: page,
    find: "### EnvDiff",
    replace: "### EnvDifference",
    test,
    name: "has tables of nothing else"
  },
  {
    control: "what is private stays out of the reference of the Python SDK",
    file: "scripts/test/python/surface.ts",
    find: "isPublic(method) && !internal.has(method)",
    replace: "!internal.has(method)",
    test,
    name: "is read from sources"
  }
]
