import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/sdk/test/vectors.test.ts"
const conform = { file: "packages/testing/src/conformance/conform.ts", test }
const script = { file: "packages/testing/src/conformance/Script.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...conform,
    control: "a result is compared",
    find: "isDeepStrictEqual(outcome.result, step.result)",
    replace: "true",
    name: "the runner finds another result"
  },
  {
    ...conform,
    control: "an error is compared",
    find: "found !== undefined && found !== value",
    replace: "false",
    name: "the runner finds an error of another class"
  },
  {
    ...conform,
    control: "an error nobody spoke of is a failure",
    find: `if ("error" in outcome) return`,
    replace: "if (false) return",
    name: "the runner finds an error nobody spoke of"
  },
  {
    ...conform,
    control: "a success in the place of an error is a failure",
    find: "`answered ${show(outcome.result)} and not ${step.error.code}`",
    replace: "",
    name: "the runner finds an error that does not come"
  },
  {
    ...conform,
    control: "a secret is looked for",
    find: "secret.length > 4",
    replace: "secret.length > 400",
    name: "the runner finds a secret in an error"
  },
  {
    ...conform,
    control: "a time is kept",
    find: "took > (step.within_ms",
    replace: "-1 > (step.within_ms",
    name: "the runner finds an end that is too late"
  },
  {
    ...script,
    control: "a request nobody spoke of counts",
    find: "this.#problems.push(`${arrived.method} ${arrived.path} came",
    replace: "void (`${arrived.method} ${arrived.path} came",
    name: "the runner finds a request nobody spoke of"
  },
  {
    ...script,
    control: "a request that did not come counts",
    find: "...missing.map(",
    replace: "...missing.slice(9).map(",
    name: "the runner finds a request that does not come"
  },
  {
    ...script,
    control: "a header is compared",
    find: "arrived.headers[name] !== value",
    replace: "false",
    name: "the runner finds a header of another value"
  },
  {
    ...script,
    control: "a header that must not be there is looked for",
    find: "[...absent, ...(exchange.absent ?? [])]",
    replace: "absent",
    name: "the runner finds a header that is there"
  },
  {
    ...script,
    control: "a user nobody spoke of is looked for",
    find: `? [] : ["x-vendo-user-jwt"]`,
    replace: "? [] : []",
    name: "the runner finds a user nobody spoke of"
  },
  {
    ...script,
    control: "a body is compared",
    find: "!isDeepStrictEqual(body, exchange.body)",
    replace: "false",
    name: "the runner finds a body that does not come"
  },
  {
    ...script,
    control: "a wait is measured",
    find: "waited < (exchange.min_wait_ms ?? 0)",
    replace: "waited < 0",
    name: "the runner finds a wait that is too short"
  }
]
