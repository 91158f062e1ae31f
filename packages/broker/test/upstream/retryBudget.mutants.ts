import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/retryBudget.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "retries are paid for",
    file: `${src}/HostGuard.ts`,
    find: "(left < cost ? [false, left]",
    replace: "(left < 0 ? [false, left]",
    test,
    name: "retries are paid for"
  },
  {
    control: "a retry after a time-out costs twice as much",
    file: `${src}/HostGuard.ts`,
    find: "dear: 10",
    replace: "dear: 5",
    test,
    name: "costs twice"
  },
  {
    control: "successes pay for retries",
    file: `${src}/HostGuard.ts`,
    find: "Effect.tap(earn)",
    replace: "Effect.tap(Effect.void)",
    test,
    name: "successes pay"
  },
  {
    control: "what successes bring in is bounded",
    file: `${src}/HostGuard.ts`,
    find: "Math.min(budget.most, left + budget.earned)",
    replace: "left + budget.earned",
    test,
    name: "successes pay"
  }
]
