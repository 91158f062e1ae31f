/** US dollars as people write them, and the millionths the service counts in. No step of it is inexact. */
import { Option } from "effect"

const written = /^(-?)(0|[1-9]\d{0,9})(?:\.(\d{1,6}))?$/

const perDollar = 1_000_000
const most = 1_000_000_000

/** `5`, `5.00` and `0.000001` are amounts; what is less than a millionth is none. */
export const microsOf = (text: string): Option.Option<number> => {
  const [, sign, dollars, fraction = ""] = written.exec(text) ?? []
  if (dollars === undefined || Number(dollars) > most) return Option.none()
  const micros = Number(dollars) * perDollar + Number(fraction.padEnd(6, "0"))
  if (micros > most * perDollar) return Option.none()
  return Option.some(sign === "-" ? -micros : micros)
}

/** At least two digits behind the point, and as many more as it takes. */
export const dollarsOf = (micros: number): string => {
  const whole = Math.floor(Math.abs(micros) / perDollar)
  const fraction = String(Math.abs(micros) % perDollar).padStart(6, "0")
  return `${micros < 0 ? "-" : ""}${whole}.${fraction.replace(/0{1,4}$/, "")}`
}
