import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a token that is masked is called so, whatever the setting says",
    file: "packages/broker/src/manage/Doctor.ts",
    find: `Option.orElse(tokensAreMasked, () => maskingIsOn)`,
    replace: `Option.orElse(maskingIsOn, () => tokensAreMasked)`,
    test: "packages/broker/test/manage/Doctor.test.ts"
  }
]
