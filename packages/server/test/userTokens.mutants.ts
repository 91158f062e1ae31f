import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/userTokens.slow.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "who sends no key is told so, and not that it is wrong",
    file: "packages/server/src/presenting.ts",
    find: `Redacted.value(presented) === "" ? Option.none() : Option.some(presented)`,
    replace: `Option.some(presented)`,
    test
  },
  {
    control: "the lifetime that was asked for is the one that is given",
    file: "packages/server/src/Runtime.ts",
    find: `Option.fromUndefinedOr(payload.expires_in)`,
    replace: `Option.none()`,
    test
  },
  {
    control: "a user token is issued where the api surface is, and nowhere else",
    file: "packages/server/src/Surfaces.ts",
    find: `api: ["/api", "/.well-known", "/connections", "/billing"]`,
    replace: `api: ["/connections"]`,
    test
  },
  {
    control: "nothing is granted to a user nobody verified",
    file: "packages/broker/src/vend/CredentialResolver.ts",
    find: `slug: fault === undefined ? slug : "",`,
    replace: `slug,`,
    test
  }
]
