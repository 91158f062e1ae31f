/** Points in time as upstreams write them, in milliseconds since 1970. What can not be read is none. */
import { DateTime, Option, Schema } from "effect"

const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i

/** Seconds, or milliseconds when they would be a year far from ours. Zero and less mean "none" wherever they occur. */
export const instantOfNumber = (value: number): Option.Option<number> =>
  Number.isFinite(value) && value > 0 ? Option.some(value > 1e11 ? value : value * 1000) : Option.none()

/** ISO 8601 and nothing that depends on where we run: without a zone it is UTC. */
const instantOfText = (value: string): Option.Option<number> => {
  const [whole, date, time, zone] = iso.exec(value.trim()) ?? []
  if (whole === undefined) return Option.none()
  const offset = (zone ?? "Z").toUpperCase().replace(/^([+-]\d\d):?(\d\d)$/, "$1:$2")
  return Option.map(DateTime.make(`${date}T${time ?? "00:00"}${offset}`), DateTime.toEpochMillis)
}

/** Text of digits only is the number it spells. */
export const instant = (value: string | number): Option.Option<number> =>
  typeof value === "number"
    ? instantOfNumber(value)
    : /^\d{1,16}(\.\d+)?$/.test(value.trim())
      ? instantOfNumber(Number(value))
      : instantOfText(value)

const tenYears = 10 * 366 * 24 * 3600

/** A lifetime in seconds, when it is one: finite, more than nothing, and of this age of the world. */
export const lifetime = (value: string | number): Option.Option<number> => {
  const seconds = typeof value === "string" && /^\s*\d{1,12}(\.\d+)?\s*$/.test(value) ? Number(value) : value
  return typeof seconds === "number" && seconds > 0 && seconds <= tenYears ? Option.some(seconds) : Option.none()
}

const base64url = "[A-Za-z0-9_-]"
const jwt = new RegExp(`^${base64url}+\\.(${base64url}+)\\.${base64url}*$`)

const Claims = Schema.StringFromBase64Url.pipe(
  Schema.decodeTo(Schema.fromJsonString(Schema.Struct({ exp: Schema.Number })))
)
const claimsOf = Schema.decodeUnknownOption(Claims)

/** When a token says itself that it ends. Its signature is for its receiver to verify: it can only shorten its life. */
export const expiryOfJwt = (token: string): Option.Option<number> =>
  Option.fromNullishOr(jwt.exec(token)?.[1]).pipe(
    Option.flatMap(claimsOf),
    Option.flatMap(({ exp }) => instantOfNumber(exp))
  )
