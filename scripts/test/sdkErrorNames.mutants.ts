import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a minified error is shown by the name of its class",
    file: "packages/sdk/src/VendoError.ts",
    find: `Object.defineProperty(of, "name", { value: name })`,
    replace: "",
    test: "scripts/test/sdkErrorNames.test.ts"
  }
]
