/** A vector as it is run: with addresses and instants in the place of `{{…}}`, and its webhooks signed. */
import { DateTime, Duration, Effect, Schema } from "effect"
import { createHmac } from "node:crypto"
import { type Step, Vector } from "./Vector.ts"

export interface Addresses {
  readonly base_url: string
  readonly provider_url: string
}

type Word = (seconds: number) => string

const words = (addresses: Addresses, now: DateTime.Utc): Readonly<Record<string, Word>> => {
  const after = (seconds: number) => DateTime.addDuration(now, Duration.seconds(seconds))
  return {
    base_url: () => addresses.base_url,
    provider_url: () => addresses.provider_url,
    now: (seconds) => DateTime.formatIso(after(seconds)),
    epoch: (seconds) => String(Math.floor(DateTime.toEpochMillis(after(seconds)) / 1000)),
    http_date: (seconds) => DateTime.toDateUtc(after(seconds)).toUTCString()
  }
}

const placeholder = /\{\{(\w+)(?:([+-]\d+)s)?\}\}/g

/** Every text in a JSON value, however deep; names of fields stay. */
const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "string") return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, change)]))
}

const Signed = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Json))
const text = Schema.decodeUnknownSync(Schema.String)

/** `Vendo-Signature` over the timestamp among the headers and the body, as the service makes it. */
const signed = (step: Step): Step => {
  if (step.sign === undefined) return step
  const [headers, body, ...rest] = step.args ?? []
  const given = Signed(headers)
  const content = `${text(given["vendo-timestamp"])}.${text(body)}`
  const signature = createHmac("sha256", step.sign.secret).update(content).digest("hex")
  return { ...step, args: [{ ...given, "vendo-signature": signature }, text(body), ...rest] }
}

const decode = Schema.decodeUnknownEffect(Vector)

export const prepare = Effect.fnUntraced(function* (vector: Vector, addresses: Addresses) {
  const known = words(addresses, yield* DateTime.now)
  const filled = mapTexts(vector, (text) =>
    text.replaceAll(placeholder, (whole, name: string, seconds: string | undefined) => {
      const word = known[name]
      return word === undefined ? whole : word(Number(seconds ?? 0))
    })
  )
  const ready = yield* decode(filled).pipe(Effect.orDie)
  return { ...ready, steps: ready.steps.map(signed) }
})
