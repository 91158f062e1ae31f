import type { Mutant } from "@vendodev/testing/Mutant"

const backoff = { file: "packages/domain/src/upstreamBackoff.ts", test: "packages/domain/test/upstreamBackoff.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...backoff,
    control: "an upstream that fails is asked three times at most",
    find: "const attempts = 3",
    replace: "const attempts = 30"
  },
  {
    ...backoff,
    control: "callers that failed together do not come back together",
    find: "Duration.times(duration, random)",
    replace: "duration"
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
