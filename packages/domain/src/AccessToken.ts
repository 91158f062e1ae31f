import type { DateTime, Option, Redacted } from "effect"
import type { ErrorCode } from "./BrokerError.ts"

/** A vended token: what goes into `Authorization: <tokenType> <token>`, and until when. */
export interface AccessToken {
  readonly token: Redacted.Redacted
  /** None when the credential does not expire, or nobody knows when. */
  readonly expiresAt: Option.Option<DateTime.Utc>
  readonly tokenType: "Bearer"
  /** Why this is not a fresh one: the upstream failed, and this one is still valid for some seconds. */
  readonly warning?: ErrorCode
}
