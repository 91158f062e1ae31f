import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-python/test/pythonTests.test.ts"
const program = { file: "packages/sdk-python/test/list_and_run.py", test }
const bridge = { file: "packages/sdk-python/test/pythonTests.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...program,
    control: "a test in Python that fails is a failure",
    find: `self._note(test, "failed", "".join(traceback.format_exception(err[1])))`,
    replace: "pass",
    name: "is failed: Each.test_fails"
  },
  {
    ...program,
    control: "a part of a test in Python that fails is a failure",
    find: `self._note(test, "failed", f"{subtest}`,
    replace: `self._note(test, "passed", f"{subtest}`,
    name: "is failed: Each.test_part_fails"
  },
  {
    ...program,
    control: "a test in Python that leaves something open is a failure",
    find: "if self._ignored:",
    replace: "if False:",
    name: "is failed: Each.test_leaves"
  },
  {
    ...program,
    control: "a test in Python that was never begun is a failure",
    find: `if test.startswith(f"{where}."):`,
    replace: "if False:",
    name: "is failed: Broken"
  },
  {
    ...program,
    control: "what fails after the tests of a class is a failure",
    find: `if outcome == "failed":`,
    replace: "if False:",
    name: "does not hide"
  },
  {
    ...bridge,
    control: "a test in Python that warns is a failure",
    find: `"-W", "error"]`,
    replace: `"-W", "ignore"]`,
    name: "is failed: Each.test_warns"
  },
  {
    ...bridge,
    control: "a test in Python without an outcome is a failure",
    find: `test.resolve({ id, outcome: "failed", text })`,
    replace: `test.resolve({ id, outcome: "passed", text })`,
    name: "when its process ends"
  }
]
