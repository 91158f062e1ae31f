import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/choices.test.ts"
const choices = { file: "packages/broker/src/install/choices.ts", test }
const refusal = { file: "packages/broker/src/install/refusalOf.ts", test }
const slug = { file: "packages/broker/src/install/deploymentSlug.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...choices,
    control: "a connection of another integration serves none but its own",
    find: "if (chosen.slug !== slug) return",
    replace: "if (chosen.slug === undefined) return"
  },
  {
    ...choices,
    control: "a deployment is not bound to what belongs to an end user",
    find: "if (chosen.user !== null) return",
    replace: "if (chosen.user === undefined) return"
  },
  {
    ...choices,
    control: "a connection that needs its user is not bound",
    find: `needs_reauth: "that connection must be authorised again by its user first",`,
    replace: "needs_reauth: undefined,"
  },
  {
    ...choices,
    control: "a revoked connection is not bound",
    find: `revoked: "that connection was revoked"`,
    replace: "revoked: undefined"
  },
  {
    ...choices,
    control: "a pool is chosen only where there can be one",
    find: `return integration.profiles.includes("vendo_managed_pool") ?`,
    replace: `return integration.profiles.includes("vendo_managed_pool") || true ?`
  },
  {
    ...choices,
    control: "a sandbox is refused an exclusive credential before anything is tried",
    find: `if (integration.exclusive && kind === "sandbox") {`,
    replace: `if (integration.exclusive && kind === "sandbox" && choice === undefined) {`
  },
  {
    ...choices,
    control: "a sandbox goes without what it may not have",
    find: "if (choice === undefined) return {}",
    replace: ""
  },
  {
    ...choices,
    control: "what was chosen and not asked for is refused",
    find: "...[...choices.keys()].filter((slug) => !named.has(slug)).map(surplus),",
    replace: ""
  },
  {
    ...choices,
    control: "a slug that is in no catalog is not repeated",
    find: "Option.isSome(Catalog.find(slug))\n    ?",
    replace: "slug.length > 0\n    ?"
  },
  {
    ...choices,
    control: "a variable that must be given is asked for",
    find: "!Object.hasOwn(variables, name) &&",
    replace: "Object.hasOwn(variables, name) &&"
  },
  {
    ...choices,
    control: "the rules of a deployment's variables hold when it is installed",
    find: "...allFaults(variables, derived).map(",
    replace: "...allFaults({}, derived).map("
  },
  {
    ...choices,
    control: "what an integration sets is asked of nobody",
    find: "&& nameFault(name, derived) === undefined)",
    replace: ")"
  },
  {
    ...choices,
    control: "bindings are made in the order of slugs",
    find: "manifest.integrations.toSorted()",
    replace: "manifest.integrations.toReversed()"
  },
  {
    ...refusal,
    control: "what a sandbox may not have does not hide what is missing",
    find: "problems.find(({ forbidden }) => forbidden !== true)",
    replace: "problems.find(({ forbidden }) => forbidden !== true && problems.length === 1)"
  },
  {
    ...refusal,
    control: "what is taken is named beside what is missing",
    find: "...(taken.length > 0 ? { taken } : {})",
    replace: ""
  },
  {
    ...refusal,
    control: "a slug that is taken is said beside everything else",
    find: ", ...Option.toArray(slug)])",
    replace: "])"
  },
  {
    ...refusal,
    control: "a sentence that is read stays short",
    find: "clauses.slice(0, most)",
    replace: "clauses"
  },
  {
    ...slug,
    control: "a suggested slug is one nobody has",
    find: "if (!taken.has(next)) return next",
    replace: "if (!taken.has(slug) || next !== slug) return next"
  },
  {
    ...slug,
    control: "a suggested slug fits",
    find: "cut(slug, most - 1 - String(number).length)",
    replace: "cut(slug, most)"
  }
]
