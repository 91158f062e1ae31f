/** A token, and where it came from. */
import { DateTime, Duration, Option, Redacted } from "effect"
import { type Guard, isString, nullable, optional, struct } from "./guards.ts"

/** A token, and where it came from. */
export interface Token {
  readonly token: Redacted.Redacted
  /** None when it does not expire, or nobody knows when. */
  readonly expiresAt: Option.Option<DateTime.Utc>
  readonly tokenType: string
  /** `service`: vended by the credentials service. `environment`: a variable of this process. */
  readonly origin: "service" | "environment"
}

export interface WireToken {
  readonly access_token: string
  readonly expires_at: string | null
  readonly token_type?: string | undefined
}

export const isWireToken: Guard<WireToken> = struct<WireToken>({
  access_token: (value): value is string => isString(value) && value !== "",
  expires_at: nullable((value): value is string => isString(value) && Option.isSome(DateTime.make(value))),
  token_type: optional(isString)
})

export const vended = ({ access_token, expires_at, token_type = "Bearer" }: WireToken): Token => ({
  token: Redacted.make(access_token, { label: "token" }),
  expiresAt: Option.flatMap(Option.fromNullOr(expires_at), DateTime.make),
  tokenType: token_type,
  origin: "service"
})

export const fromEnvironment = (token: Redacted.Redacted): Token => ({
  token,
  expiresAt: Option.none(),
  tokenType: "Bearer",
  origin: "environment"
})

const longest = Duration.seconds(60)
const safetyMargin = Duration.seconds(60)

/** How long a token taken now may be handed out again: a minute at most, and never in the last minute of its life. */
export const reusableFor = ({ expiresAt }: Token, now: DateTime.Utc): Duration.Duration => {
  if (Option.isNone(expiresAt)) return longest
  const left = DateTime.isGreaterThan(expiresAt.value, now) ? DateTime.distance(now, expiresAt.value) : Duration.zero
  return Duration.min(longest, Duration.max(Duration.zero, Duration.subtract(left, safetyMargin)))
}
