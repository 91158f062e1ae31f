import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk/test/conformance.test.ts"
const environment = { file: "packages/client/src/Environment.ts", test }
const settings = { file: "packages/client/src/Settings.ts", test }
const slug = { file: "packages/client/src/slug.ts", test }
const user = { file: "packages/client/src/UserJwt.ts", test }
const headers = { file: "packages/client/src/headerOf.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...environment,
    control: "white space around a variable does not count",
    find: `value?.trim() ?? ""`,
    replace: `value ?? ""`,
    name: "a token from the environment comes without the white space around it"
  },
  {
    ...environment,
    control: "a blank variable is one that is not set",
    find: `return trimmed === ""`,
    replace: `return trimmed === "-"`,
    name: "an empty override is one that is not set"
  },
  {
    ...settings,
    control: "a base URL may end in /api",
    find: `.replace(/\\/api$/, "")`,
    replace: "",
    name: "a base URL with /api at its end is the one without"
  },
  {
    ...settings,
    control: "a URL may end in a slash",
    find: `.replace(/\\/+$/, "")`,
    replace: "",
    name: "tokens come from the credentials URL where there is one"
  },
  {
    ...settings,
    control: "a URL has no query",
    find: `url.search !== "" || `,
    replace: "",
    name: "a base URL with a query is refused"
  },
  {
    ...settings,
    control: "a URL has no fragment",
    find: ` || url.hash !== ""`,
    replace: "",
    name: "a base URL with a fragment is refused"
  },
  {
    ...settings,
    control: "a URL has no user",
    find: `url.username !== "" || url.password !== "" || `,
    replace: "",
    name: "a base URL with a user in it is refused"
  },
  {
    ...settings,
    control: "a URL is one of HTTP",
    find: "|| !/^https?:$/.test(url.protocol)",
    replace: "",
    name: "a base URL of another scheme is refused"
  },
  {
    ...settings,
    control: "a key is what a header can carry",
    find: "!/^[!-~]+$/.test(Redacted.value(key))",
    replace: `Redacted.value(key) === ""`,
    name: "a key that no header can carry is refused before anything is sent"
  },
  {
    ...settings,
    control: "a time-out is above zero",
    find: "^[1-9]\\d{0,8}$",
    replace: "^\\d{1,9}$",
    name: "a time-out of zero is refused"
  },
  {
    ...settings,
    control: "a sandbox is one when the variable is 1",
    find: `Option.contains(yield* read("VENDO_SANDBOX"), "1")`,
    replace: `Option.isSome(yield* read("VENDO_SANDBOX"))`,
    name: "a sandbox that is not 1 is none"
  },
  {
    ...settings,
    control: "a key that is said comes first",
    find: `Option.isSome(given) ? given : yield* environment.get("VENDO_API_KEY")`,
    replace: `yield* environment.get("VENDO_API_KEY")`,
    name: "a key that is said wins over the variable"
  },
  {
    ...slug,
    control: "a slug has 63 characters at most",
    find: "{1,63}",
    replace: "{1,64}",
    name: "a slug of 64 characters is refused"
  },
  {
    ...slug,
    control: "a key is no slug",
    find: "&& !/vendo_(?:sk|at)_/i.test(slug)",
    replace: "",
    name: "a key in the place of a slug is neither sent nor repeated"
  },
  {
    ...slug,
    control: "a hyphen is an underscore in a variable",
    find: `.replaceAll("-", "_")`,
    replace: "",
    name: "the override of a slug with hyphens is written with underscores"
  },
  {
    ...user,
    control: "a blank user token names nobody",
    find: `if (jwt === "") return Effect.fail(absent)`,
    replace: "",
    name: "a request with a blank header names nobody, and nothing is sent"
  },
  {
    ...user,
    control: "a user token is one that a header can carry",
    find: "/^[!-~]+$/.test(jwt) ?",
    replace: `jwt !== "" ?`,
    name: "a user token with a space in it is refused, and nothing is sent"
  },
  {
    ...user,
    control: "white space around a user token does not count",
    find: "text.trim()",
    replace: "text",
    name: "a user token is sent without the white space around it"
  },
  {
    ...headers,
    control: "a header is found whatever its case",
    find: "String(key).toLowerCase() === name",
    replace: "String(key) === name",
    name: "a request names its user in X-VENDO-USER-JWT"
  },
  {
    ...headers,
    control: "of two user tokens none is taken",
    find: `values.join(", ")`,
    replace: "values[0]",
    name: "two user tokens in one request are refused"
  }
]
