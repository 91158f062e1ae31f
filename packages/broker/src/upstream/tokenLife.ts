/**
 * How long a token is good for, and how long it may be kept, from what an upstream says about it.
 *
 * Its clock and ours may differ by anything, so no point in time of one is compared with one of the other: what it says
 * is turned into durations by its own clock, and they are counted from the start of the call by a clock nobody can set.
 */
import { Duration, Option } from "effect"

export interface Evidence {
  /** When it ends, as was said beside it and as it says itself. In milliseconds since 1970, as are all points here. */
  readonly endsAt: ReadonlyArray<number>
  /** How long it was good for when it was issued, in seconds. */
  readonly lifetime: Option.Option<number>
  /** When the account last changed: seldom before the token was issued. */
  readonly changedAt: Option.Option<number>
  /** The time by the upstream's clock, at the start of the call or a little later. */
  readonly now: number
}

/** What is known from before, counted from the start of the call as well. */
export interface Known {
  readonly sameToken: boolean
  readonly validFor: Option.Option<Duration.Duration>
  readonly age: Duration.Duration
}

export interface Life {
  readonly validFor: Option.Option<Duration.Duration>
  readonly freshFor: Duration.Duration
}

/** For a token that is kept without its end being known for certain. */
export const untold = Duration.minutes(50)

const tenYears = Duration.toMillis(Duration.days(3660))
const second = 1000
const margin = 60 * second
const tooShort = 5 * second
const asBriefly = 2 * second

const freshFor = (remaining: number) =>
  remaining > margin ? remaining - margin : Math.min(asBriefly, remaining - tooShort)

const earliest = (durations: ReadonlyArray<number>) => durations.reduce((one, other) => Math.min(one, other))

/**
 * None when it has ended, or will before anyone can use it: the upstream has not renewed it yet. `elapsed` is the time
 * since the start of the call.
 */
export const lifeOf = (
  evidence: Evidence,
  known: Option.Option<Known>,
  elapsed: Duration.Duration
): Option.Option<Life> => {
  const { changedAt, endsAt, lifetime, now } = evidence
  const passed = Duration.toMillis(elapsed)
  const kept = Option.filter(known, ({ sameToken }) => sameToken)
  const before = Option.map(
    Option.flatMap(kept, ({ validFor }) => validFor),
    Duration.toMillis
  )

  // What is further away than that is an error, not an end.
  const told = endsAt.map((at) => at - now).filter((left) => left <= tenYears)

  // Issued at the last change. That can be stale, for a renewal need not count as a change; but a token other than the
  // one before can not be older than our last look at that.
  const changed = Option.getOrElse(changedAt, () => now)
  const issued = Math.min(changed, now)
  const lastLook = Option.map(
    Option.filter(known, ({ sameToken }) => !sameToken),
    ({ age }) => now - Duration.toMillis(age)
  )
  const issuedAtLeast = Option.match(lastLook, { onNone: () => issued, onSome: (look) => Math.max(issued, look) })
  const reckoned = Option.map(lifetime, (seconds) => issuedAtLeast + seconds * second - now)
  // The upstream calls the account active, so a reckoning that says otherwise started from the wrong time.
  const plausible = Option.filter(reckoned, (left) => left - passed > tooShort)

  // A provider may extend a token without changing it, and says so; what is only reckoned is never longer than before.
  const remembered = told.length > 0 ? [] : Option.toArray(before)
  const ends = [...told, ...remembered, ...Option.toArray(plausible)]
  if (ends.length === 0) {
    const keep = Option.isSome(reckoned) ? asBriefly : Duration.toMillis(untold) - passed
    return Option.some({ validFor: Option.none(), freshFor: Duration.millis(keep) })
  }
  const left = earliest(ends)
  const remaining = left - passed
  if (remaining <= tooShort) return Option.none()
  const fresh = freshFor(remaining)
  return Option.some({
    validFor: Option.some(Duration.millis(remaining)),
    // Only an end that was told is believed for longer.
    freshFor: Duration.millis(told.includes(left) ? fresh : Math.min(fresh, Duration.toMillis(untold) - passed))
  })
}
