import { Data, type Duration, Option } from "effect"
import type { Alarm } from "./alarms.ts"
import { UpstreamRefusal, type Verdict } from "./UpstreamRefusal.ts"

interface Judgement {
  /** Whether asking again could help, and what it costs: one that timed out held a place for long. */
  readonly again: "never" | "cheap" | "dear"
  /** What it says about the host, for every other account: `unclear` is not held against it. */
  readonly host: "well" | "unwell" | "unclear"
  /** What an operator must hear of. */
  readonly alarm?: Alarm
  readonly retryAfter?: Option.Option<Duration.Duration>
}

/** One attempt at an upstream that brought no token, with all that decides whether there is another. */
export class FailedAttempt extends Data.TaggedError("FailedAttempt")<
  Omit<Judgement, "retryAfter"> & { readonly refusal: UpstreamRefusal }
> {
  get retryAfter(): Duration.Duration | undefined {
    return this.refusal.retryAfter
  }

  /** The same, not to be tried again. */
  get asFinal(): FailedAttempt {
    const { alarm, host, refusal } = this
    return new FailedAttempt({ refusal, again: "never", host, ...(alarm === undefined ? {} : { alarm }) })
  }

  static readonly of = (verdict: Verdict, detail: string, { retryAfter = Option.none(), ...rest }: Judgement) =>
    new FailedAttempt({ refusal: UpstreamRefusal.of(verdict, detail, retryAfter), ...rest })

  /** The host did its part, and would say the same again. */
  static readonly definite = (refusal: UpstreamRefusal, alarm?: Alarm) =>
    new FailedAttempt({ refusal, again: "never", host: "well", ...(alarm === undefined ? {} : { alarm }) })
}
