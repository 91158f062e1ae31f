import type { Mutant } from "@vendodev/testing/Mutant"

const start = { file: "scripts/start.ts", test: "packages/server/test/startSimulated.slow.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "the providers stay where they were",
    file: "scripts/start.ts",
    find: "listen(providers, { port })",
    replace: "listen(providers)",
    test: "packages/server/test/startSimulated.slow.test.ts"
  },
  {
    ...start,
    control: "production is never simulated",
    find: ` && env["VENDO_ENV"] !== "production"`,
    replace: ``
  },
  {
    ...start,
    control: "where there is a key, nothing is simulated",
    find: `serves && !isSaid("COMPOSIO_API_KEY") && `,
    replace: `serves && `
  },
  {
    ...start,
    control: "a demo of an earlier start is completed",
    file: "packages/server/src/Demo.ts",
    find: `yield* complete(adminToken, refreshed)`,
    replace: `false`
  }
]
