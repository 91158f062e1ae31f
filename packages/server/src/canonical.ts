/** One spelling for values that mean the same: the keys of every object in one order. */
import { Schema } from "effect"

const isList = Schema.is(Schema.Array(Schema.Json))
const isObject = Schema.is(Schema.Record(Schema.String, Schema.Json))

const ordered = (value: Schema.Json): Schema.Json => {
  if (isList(value)) return value.map(ordered)
  if (!isObject(value)) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, value]) => [name, ordered(value)]))
}

/** Text that is equal for equal values, and for no others. It is for comparing, and is not read again. */
export const canonical = (value: Schema.Json): string => JSON.stringify(ordered(value))
