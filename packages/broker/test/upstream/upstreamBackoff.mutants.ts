import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/domain/test/upstreamBackoff.test.ts"

const backoff = { file: "packages/domain/src/backoff.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/domain/src/upstreamBackoff.ts",
    test,
    control: "an upstream that fails is asked three times at most",
    find: "times: 2",
    replace: "times: 29"
  },
  {
    ...backoff,
    control: "callers that failed together do not come back together",
    find: `Duration.times(whole, random)`,
    replace: `whole`
  },
  {
    ...backoff,
    control: "an upstream is not asked again before the time it asked for",
    find: "input.retryAfter ?? Duration.zero",
    replace: "Duration.zero"
  },
  {
    ...backoff,
    control: "a wait that would leave no time is not begun",
    find: "isGreaterThanOrEqualTo(begins,",
    replace: "isGreaterThanOrEqualTo(elapsed,"
  },
  {
    ...backoff,
    control: "the time that attempts take counts into the deadline",
    find: "Duration.sum(elapsed, delay)",
    replace: "delay"
  }
]
