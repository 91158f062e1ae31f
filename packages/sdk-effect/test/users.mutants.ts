import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-effect/test/users.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a session stays with the user it was made for",
    file: "packages/sdk-effect/src/session.ts",
    find: `Effect.provideService(UserJwt, user)`,
    replace: `Effect.tap(() => Effect.void)`,
    test
  },
  {
    control: "work for a request is in the name of its user",
    file: "packages/sdk-effect/src/Identity.ts",
    find: `Effect.mapError(Client.userJwtOf(headers), fromFailure).pipe(
      Effect.flatMap((jwt) => Effect.provideService(self, UserJwt, Option.some(jwt)))`,
    replace: `Effect.mapError(Client.userJwtOf(headers), fromFailure).pipe(
      Effect.flatMap(() => self)`,
    test
  },
  {
    control: "a user's token is not looked for in the environment",
    file: "packages/client/src/Tokens.ts",
    find: `if (Option.isNone(apiKey) && Option.isSome(yield* UserJwt)) return yield* vendoOnly("a token of one user")`,
    replace: ``,
    test
  },
  {
    control: "each service has the HttpClient it was given",
    file: "packages/sdk-effect/src/Vendo.ts",
    find: `Layer.provide(Layer.fresh(httpTransport.layer))`,
    replace: `Layer.provide(httpTransport.layer)`,
    test
  },
  {
    control: "a span does not show the key",
    file: "packages/sdk-effect/src/httpTransport.ts",
    find: `"authorization", userJwtHeader`,
    replace: `userJwtHeader`,
    test
  },
  {
    control: "a span does not show the user",
    file: "packages/sdk-effect/src/httpTransport.ts",
    find: `"authorization", userJwtHeader`,
    replace: `"authorization"`,
    test
  },
  {
    control: "an answer is an answer, whatever the client makes of its status",
    file: "packages/sdk-effect/src/httpTransport.ts",
    find: `Effect.catch(answered)`,
    replace: `Effect.mapError(failed)`,
    test
  }
]
