import type { Mutant } from "@vendodev/testing/Mutant"

const doctor = { file: "packages/cli/src/doctor.ts", test: "packages/cli/test/doctor.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...doctor,
    control: "the doctor ends with 1 when something is wrong",
    find: "if (findingOf(diagnosis.composio).isWrong) return",
    replace: "if (diagnosis.composio.key === undefined) return"
  },
  {
    ...doctor,
    control: "masked tokens are something wrong",
    find: `if (masking === "masked") {
    return {
      isWrong: true,`,
    replace: `if (masking === "masked") {
    return {
      isWrong: false,`
  }
]
