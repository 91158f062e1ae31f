import { Data, type Duration } from "effect"
import type { UpstreamRefusal } from "./UpstreamRefusal.ts"

/** One attempt at an upstream that brought no token, with all that decides whether there is another. */
export class FailedAttempt extends Data.TaggedError("FailedAttempt")<{
  readonly refusal: UpstreamRefusal
  /** Whether asking again could help, and what it costs: one that timed out held a place for long. */
  readonly again: "never" | "cheap" | "dear"
  /** What it says about the host, for every other account: `unclear` is not held against it. */
  readonly host: "well" | "unwell" | "unclear"
}> {
  get retryAfter(): Duration.Duration | undefined {
    return this.refusal.retryAfter
  }
}
