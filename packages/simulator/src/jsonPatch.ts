/** An answer with something else in it, or something missing. */
import type { Schema } from "effect"

type Json = Schema.Json
export type Fields = Readonly<Record<string, Json>>

const isObject = (value: Json | undefined): value is Schema.JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const merge = (under: Fields, over: Fields): Fields => ({
  ...under,
  ...Object.fromEntries(
    Object.entries(over).map(([name, value]) => {
      const before = under[name]
      return [name, isObject(before) && isObject(value) ? merge(before, value) : value]
    })
  )
})

const omit = (fields: Fields, [name = "", ...rest]: ReadonlyArray<string>): Fields => {
  const { [name]: inner, ...others } = fields
  if (rest.length === 0 || inner === undefined) return others
  return { ...others, [name]: isObject(inner) ? omit(inner, rest) : inner }
}

/** Merged over at any depth, null being a value; then without what stands at the paths. */
export const patched = (
  fields: Fields,
  patch: { readonly merge?: Schema.JsonObject; readonly omit?: ReadonlyArray<string> }
): Fields => (patch.omit ?? []).reduce((left, path) => omit(left, path.split(".")), merge(fields, patch.merge ?? {}))
