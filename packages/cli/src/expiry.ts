/** When a key ends, as a person says it. */
import { DateTime, Duration, Effect, Option } from "effect"
import { Failure } from "./Failure.ts"

const units: Record<string, (amount: number) => Duration.Duration> = {
  m: Duration.minutes,
  h: Duration.hours,
  d: Duration.days,
  w: Duration.weeks
}

const span = /^([1-9]\d{0,4})([mhdw])$/
/** A date alone is its first instant in UTC; a time must say which zone it is in. */
const instant = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** JavaScript reads 30 February as 2 March. */
const isDay = (day: string) => Option.exists(DateTime.make(day), (at) => DateTime.formatIsoDateUtc(at) === day)

const read = (text: string, now: DateTime.Utc): Option.Option<DateTime.Utc> => {
  const [, amount, unit] = span.exec(text) ?? []
  const duration = units[unit ?? ""]
  if (duration !== undefined) return Option.some(DateTime.addDuration(now, duration(Number(amount))))
  return instant.test(text) && isDay(text.slice(0, 10))
    ? Option.map(DateTime.make(text), DateTime.toUtc)
    : Option.none()
}

/** The instant meant by `30d`, `12h`, `2031-01-31` or a whole ISO time, which must lie ahead. */
export const expiry = Effect.fn("expiry")(function* (text: string) {
  const now = yield* DateTime.now
  const at = read(text, now)
  if (Option.isNone(at)) {
    return yield* new Failure({
      code: "usage",
      detail: "--expires is neither a duration nor a time",
      fix: "write it like 12h, 30d, 6w, 2031-01-31 or 2031-01-31T12:00:00Z"
    })
  }
  if (DateTime.isLessThanOrEqualTo(at.value, now)) {
    return yield* new Failure({
      code: "usage",
      detail: `--expires ${DateTime.formatIso(at.value)} has passed`,
      fix: "name a time that lies ahead, such as 30d"
    })
  }
  return at.value
})
