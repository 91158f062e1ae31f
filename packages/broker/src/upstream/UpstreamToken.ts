import type { DateTime, Duration, Option, Redacted } from "effect"

/** A token as an upstream gave it, with the times that were worked out for it, all counted from when it was given. */
export interface UpstreamToken {
  readonly token: Redacted.Redacted
  /** What its receiver is told. None when no expiry is known. */
  readonly expiresAt: Option.Option<DateTime.Utc>
  /** How long it is good for. None when no expiry is known. */
  readonly validFor: Option.Option<Duration.Duration>
  /** How long it may be served from a cache before the upstream is asked again. */
  readonly freshFor: Duration.Duration
}

/** The token an upstream gave before, for telling whether the new one is another. */
export interface PreviousToken {
  readonly token: Redacted.Redacted
  /** How long it is still good for; negative when it no longer is. None when no expiry was known. */
  readonly validFor: Option.Option<Duration.Duration>
  /** How long ago the upstream gave it. */
  readonly age: Duration.Duration
}
