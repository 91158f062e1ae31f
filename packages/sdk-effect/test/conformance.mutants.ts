import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk-effect/test/conformance.test.ts"
const errors = { file: "packages/sdk-effect/src/fromFailure.ts", test }
const transport = { file: "packages/sdk-effect/src/httpTransport.ts", test }
const session = { file: "packages/sdk-effect/src/session.ts", test }
const identity = { file: "packages/sdk-effect/src/Identity.ts", test }
const environment = { file: "packages/sdk-effect/src/configEnvironment.ts", test }
const vendo = { file: "packages/sdk-effect/src/Vendo.ts", test }
const tokens = { file: "packages/client/src/Tokens.ts", test }
const connections = { file: "packages/client/src/Connections.ts", test }
const settings = { file: "packages/client/src/Settings.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...errors,
    control: "an error says where it is mended",
    find: "connect_url: failure.connectUrl,",
    replace: "",
    name: "binding_missing is thrown as NotConnected, and not asked again"
  },
  {
    ...errors,
    control: "an error says where credit is added",
    find: "top_up_url: failure.topUpUrl,",
    replace: "",
    name: "balance_exhausted is thrown as BalanceExhausted, and not asked again"
  },
  {
    ...errors,
    control: "an error names the field at fault",
    find: "field: failure.field,",
    replace: "",
    name: "a slug with a slash is refused"
  },
  {
    ...errors,
    control: "a wait is told in seconds",
    find: "failure.retryAfter && Math.ceil",
    replace: "failure.retryAfter && 60 * Math.ceil",
    name: "rate_limited is thrown as RateLimited, and not asked again"
  },
  {
    ...errors,
    control: "a refused key has its class",
    find: `challenge: "invalid_token",`,
    replace: "",
    name: "app_unknown is thrown as AuthError, and not asked again"
  },
  {
    ...errors,
    control: "a wrong method has its class",
    find: "allow: [],",
    replace: "",
    name: "method_not_allowed is thrown as VendoError, and not asked again"
  },
  {
    ...errors,
    control: "a code that is not known is kept",
    find: "new UnknownCode({ code: failure.code,",
    replace: `new UnknownCode({ code: "unknown_code",`,
    name: "a code that is not known yet is kept, and not asked again"
  },
  {
    ...transport,
    control: "a redirect is not followed",
    find: `redirect: "manual"`,
    replace: `redirect: "follow"`,
    name: "a redirect of status 302 is not followed"
  },
  {
    ...transport,
    control: "a body is sent",
    find: "body === undefined ? HttpBody.empty",
    replace: "body !== undefined ? HttpBody.empty",
    name: "a connect URL is a session the service opens, without the key in it"
  },
  {
    ...transport,
    control: "a body says what it is",
    find: `"application/json")`,
    replace: `"text/plain")`,
    name: "a connect URL is a session the service opens, without the key in it"
  },
  {
    file: "packages/client/src/Transport.ts",
    test,
    control: "a header is sent as it is, not as it is printed",
    find: "Redacted.value(value)])",
    replace: "String(value)])",
    name: "every call says who asks and in which version, and names no user"
  },
  {
    ...session,
    control: "only 401 refuses a token",
    find: "status === 401",
    replace: "status >= 401",
    name: "an answer of status 403 of a provider is left alone"
  },
  {
    ...session,
    control: "a failure on the way to a token has its class",
    find: "Effect.fail(fromFailure(failure))",
    replace: "Effect.die(fromFailure(failure))",
    name: "without a token the provider is not called"
  },
  {
    ...identity,
    control: "a user token goes with every call",
    find: `typeof jwt === "string" ? jwt : Redacted.value(jwt)), fromFailure).pipe(
      Effect.flatMap((jwt) => Effect.provideService(self, UserJwt, Option.some(jwt)))`,
    replace: `typeof jwt === "string" ? jwt : Redacted.value(jwt)), fromFailure).pipe(
      Effect.flatMap(() => self)`,
    name: "every call of a client for a user names that user"
  },
  {
    ...identity,
    control: "the user of a request goes with every call",
    find: `Client.userJwtOf(headers), fromFailure).pipe(
      Effect.flatMap((jwt) => Effect.provideService(self, UserJwt, Option.some(jwt)))`,
    replace: `Client.userJwtOf(headers), fromFailure).pipe(
      Effect.flatMap(() => self)`,
    name: "a request names its user in X-Vendo-User-JWT"
  },
  {
    ...environment,
    control: "a blank variable is one that is not set",
    find: "present(Redacted.value(value))",
    replace: "Option.some(value)",
    name: "white space is no override"
  },
  {
    ...vendo,
    control: "use is told by month",
    find: `period: Period = "month"`,
    replace: `period: Period = "day"`,
    name: "use is told by month unless it is said"
  },
  {
    ...vendo,
    control: "a token that is not there is no token",
    find: "Result.mapBoth(answer,",
    replace: "Result.mapBoth(Result.succeed({ token: answer }),",
    name: "null is for each that was refused"
  },
  {
    ...tokens,
    control: "a token of one user needs a key",
    find: "Option.isNone(apiKey) && Option.isSome(yield* UserJwt)",
    replace: `Option.isNone(apiKey) && slug === ""`,
    name: "a token of one user needs a key"
  },
  {
    ...connections,
    control: "the connections of a user need a key",
    find: "if (Option.isSome(yield* UserJwt)) return",
    replace: "if (false) return",
    name: "the connections of one user need a key"
  },
  {
    ...settings,
    control: "a call is made again once",
    find: "times: 1, base: Duration.millis(200)",
    replace: "times: 2, base: Duration.millis(200)",
    name: "a passing failure after another is not asked a third time"
  }
]
