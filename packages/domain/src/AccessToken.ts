import type { DateTime, Option, Redacted } from "effect"

/** A vended token: what goes into `Authorization: <tokenType> <token>`, and until when. */
export interface AccessToken {
  readonly token: Redacted.Redacted
  /** None when the credential does not expire. */
  readonly expiresAt: Option.Option<DateTime.Utc>
  readonly tokenType: "Bearer"
}
