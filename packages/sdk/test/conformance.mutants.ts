import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk/test/conformance.test.ts"
const session = { file: "packages/sdk/src/session.ts", test }
const errors = { file: "packages/sdk/src/VendoError.ts", test }
const vendo = { file: "packages/sdk/src/Vendo.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...session,
    control: "only 401 refuses a token",
    find: "status === 401",
    replace: "status >= 401",
    name: "an answer of status 403 of a provider is left alone"
  },
  {
    ...session,
    control: "the token takes the place of what the caller sends",
    find: `headers.set("authorization"`,
    replace: `headers.append("authorization"`,
    name: "headers of the caller stay, but for the token"
  },
  {
    ...errors,
    control: "nothing bound is NotConnected",
    find: "binding_missing: NotConnected",
    replace: "binding_missing: AuthError",
    name: "binding_missing is thrown as NotConnected, and not asked again"
  },
  {
    ...errors,
    control: "a spend cap is no rate",
    find: "spend_cap_daily: SpendCapExceeded",
    replace: "spend_cap_daily: RateLimited",
    name: "spend_cap_daily is thrown as SpendCapExceeded, and not asked again"
  },
  {
    ...errors,
    control: "a code that is not known is kept",
    find: "?? VendoError)(failure.code,",
    replace: `?? VendoError)("upstream_error",`,
    name: "a code that is not known yet is kept, and not asked again"
  },
  {
    ...errors,
    control: "a wait is told in seconds",
    find: "retryAfter: failure.retryAfter && Math.ceil",
    replace: "retryAfter: failure.retryAfter && 60 * Math.ceil",
    name: "rate_limited is thrown as RateLimited, and not asked again"
  },
  {
    ...errors,
    control: "an error repeats no secret",
    find: "super(message)",
    replace: "super(`${message} ${JSON.stringify(globalThis.process.env)}`)",
    name: "an error does not repeat the key, the user or a token"
  },
  {
    ...vendo,
    control: "a call is made again once",
    find: "times: 1, baseMs: 200",
    replace: "times: 2, baseMs: 200",
    name: "a passing failure after another is not asked a third time"
  }
]
