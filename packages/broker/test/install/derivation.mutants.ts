import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/derivation.test.ts"
const file = "packages/broker/src/install/derivation.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "tokens that come and go are in no variables",
    file,
    find: `source.profile !== "composio_managed" &&`,
    replace: ``,
    test
  },
  { control: "what can not be vended is in no variables", file, find: `isUsable(source) &&`, replace: ``, test },
  {
    control: "what there is one consumer of is in no variables of a sandbox",
    file,
    find: `!(kind === "sandbox" &&`,
    replace: `!(kind !== "sandbox" && kind !== "production" &&`,
    test
  },
  {
    control: "of a connection that was refused nothing is given away",
    file,
    find: `isVended(source) && !given.credentials.has(source.slug)`,
    replace: `false`,
    test
  },
  {
    control: "the app's key is given only with where it is taken",
    file,
    find: `return Option.as(given.proxyOf(slug), given.key)`,
    replace: `return Option.some(given.key)`,
    test
  },
  {
    control: "a sandbox knows that it is one",
    file,
    find: `...(kind === "sandbox" ? [["VENDO_SANDBOX", "1"]] : [])`,
    replace: ``,
    test
  }
]
