import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a minted key is redacted from the first byte on",
    file: "packages/api/src/ManagementGroup.ts",
    test: "packages/server/test/secretsInMemory.test.ts",
    find: "key: Schema.RedactedFromValue(Schema.String)",
    replace: "key: Schema.String"
  }
]
