import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/connectCanary.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/server/src/requestSpan.ts",
    test,
    control: "a span of the callback is named by its route",
    find: "Effect.makeSpan(`${request.method} ${route}`",
    replace: "Effect.makeSpan(`${request.method} ${request.url}`"
  },
  {
    file: "packages/broker/src/connect/oauthInstall.ts",
    test,
    control: "what the provider answered to a code is told to nobody",
    find: "Effect.tryPromise({ try: work, catch: () => refusal })",
    replace: "Effect.tryPromise({ try: work, catch: (error) => (console.error(error), refusal) })"
  }
]
