import { assert, it } from "@effect/vitest"
import { Duration } from "effect"
import { Overloaded, RateLimited, ValidationFailed } from "@vendodev/domain/BrokerError"
import { waitAfter } from "../../src/run/patience.ts"
import { problemOf } from "../../src/run/Problem.ts"

const pace = { firstWait: "1 second", longestWait: "30 seconds" } as const
const seconds = (nth: number, random: number, retryAfter?: Duration.Duration) =>
  Duration.toSeconds(waitAfter(nth, random, pace, retryAfter))

it("a wait is anything from nothing to a time that doubles up to the longest", () => {
  assert.deepStrictEqual(
    [1, 2, 3, 4, 5, 6, 7, 100].map((nth) => seconds(nth, 1)),
    [1, 2, 4, 8, 16, 30, 30, 30]
  )
  assert.strictEqual(seconds(4, 0), 0)
  assert.strictEqual(seconds(4, 0.25), 2)
})

it("what the service asks for is waited for in full, and the rest comes on top", () => {
  assert.strictEqual(seconds(1, 0, Duration.seconds(7)), 7)
  assert.strictEqual(seconds(3, 0.5, Duration.seconds(7)), 9)
})

it("the service is believed how long to wait, but not for longer than an hour", () => {
  const wait = (retry_after: number) =>
    Duration.toSeconds(problemOf("http://vendo.example", new RateLimited({ detail: "", retry_after })).retryAfter)
  assert.deepStrictEqual([0, 7, 86_400, -5].map(wait), [0, 7, 3600, 0])
  assert.strictEqual(Duration.toSeconds(problemOf("x", new Overloaded({ detail: "" })).retryAfter), 0)
})

it("a refusal is what asking again will not help", () => {
  const isRefusal = (error: Parameters<typeof problemOf>[1]) => problemOf("http://x", error).refusal !== null
  assert.isTrue(isRefusal(new ValidationFailed({ detail: "no" })))
  assert.isFalse(isRefusal(new RateLimited({ detail: "no" })))
  assert.isFalse(isRefusal(new Overloaded({ detail: "no" })))
})
