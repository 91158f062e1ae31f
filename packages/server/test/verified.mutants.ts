import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/verified.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/server/src/examineCredentials.ts",
    test,
    control: "a credential that is refused is one more thing that is missing",
    find: `Effect.catchTag("validation_failed", (refused) => Effect.succeedSome<Said>(Result.fail(refused))),`,
    replace: ``
  },
  {
    file: "packages/broker/src/install/binding.ts",
    test,
    control: "a credential that is refused is not connected",
    find: `found === undefined ? undefined : yield* Effect.fromResult(found)`,
    replace: `found?._tag === "Success" ? found.success : undefined`
  },
  {
    file: "packages/server/src/connecting.ts",
    test,
    control: "what gave no answer is kept only for who asked for that",
    find: `unverified: given.verify === "try",`,
    replace: `unverified: true,`
  },
  {
    file: "packages/server/src/connecting.ts",
    test,
    control: "a credential to reconnect with is tried first",
    find: `const found = isAsked(payload) ? yield* examined(slug, profile, payload) : undefined`,
    replace: `const found = undefined`
  },
  {
    file: "packages/broker/src/manage/renewal.ts",
    test,
    control: "another account takes the place of one only when that is said",
    find: `if (other && renewal.replace !== true) {`,
    replace: `if (other && renewal.replace === false) {`
  }
]
