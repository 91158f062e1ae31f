import type { Mutant } from "@vendodev/testing/Mutant"

const report = {
  file: "packages/server/src/composioReport.ts",
  test: "packages/server/test/composioReport.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...report,
    control: "what an account shows counts more than what the project says",
    find: `Option.orElse(tokensAreMasked, () => maskingIsOn)`,
    replace: `Option.orElse(maskingIsOn, () => tokensAreMasked)`
  },
  {
    ...report,
    control: "masked tokens are a warning",
    find: `Effect.logWarning(masked)`,
    replace: `Effect.logInfo(masked)`
  },
  {
    ...report,
    control: "a start with a key looks whether it is of use",
    find: `if (!composio.configured || composioIsSimulated) return`,
    replace: `if (composio.configured || composioIsSimulated) return`,
    test: "packages/server/test/composioReport.slow.test.ts"
  }
]
