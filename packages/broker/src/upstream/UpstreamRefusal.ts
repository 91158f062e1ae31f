import { Duration, Option, Schema } from "effect"

/**
 * What the lack of a token means, which decides what becomes of the connection.
 *
 * | verdict | said by | the connection |
 * |---|---|---|
 * | `dead` | a definite answer: the account is expired, disabled, revoked or gone | must be authorised again |
 * | `unfinished` | consent was never completed, or an operator's switch is off | stays as it is |
 * | `unservable` | the answer is fine and of no use: a masked value, no token at all | stays as it is |
 * | `busy` | 429 | stays as it is, and is left alone for a while |
 * | `faulty` | an error, a time-out, an answer that can not be read | fails, and is tried again later |
 * | `ours` | our own key, network or version is at fault, for every account alike | stays as it is |
 */
export const Verdict = Schema.Literals(["dead", "unfinished", "unservable", "busy", "faulty", "ours"])
export type Verdict = typeof Verdict.Type

/** The upstream gave no token that can be vended. `detail` is a sentence for the caller: no secret, no host name. */
export class UpstreamRefusal extends Schema.TaggedError<UpstreamRefusal>()("UpstreamRefusal", {
  verdict: Verdict,
  detail: Schema.String,
  /** What the upstream asked us to wait, before asking for this account again. */
  retryAfter: Schema.optionalKey(Schema.Duration)
}) {
  static readonly of = (
    verdict: Verdict,
    detail: string,
    retryAfter: Option.Option<Duration.Duration> = Option.none()
  ) => new UpstreamRefusal({ verdict, detail, ...(Option.isSome(retryAfter) ? { retryAfter: retryAfter.value } : {}) })
}
