import { Option, Predicate } from "effect"

export type JsonObject = Readonly<Record<string, unknown>>

const deepest = 16

/** Everything that opens, closes, names or is text. What is left of valid JSON between these decides nothing here. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g

/** Whether valid JSON names nothing twice in one object, however it is escaped, and is not nested too deeply. */
const isStrict = (text: string): boolean => {
  const open: Array<Set<unknown>> = []
  let last = '""'
  for (const [found] of text.matchAll(token)) {
    if (found === "{" || found === "[") {
      if (open.push(new Set()) > deepest) return false
    } else if (found === "}" || found === "]") {
      open.pop()
    } else if (found === ":") {
      const names = open.at(-1)
      const name: unknown = JSON.parse(last)
      if (names === undefined || names.has(name)) return false
      names.add(name)
    } else {
      last = found
    }
  }
  return true
}

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/**
 * An object without duplicate names at any level, at most 16 deep. `JSON.parse`
 * alone keeps the last of two names, where another reader may keep the first.
 */
export const strictObject = (text: string): Option.Option<JsonObject> =>
  parse(text).pipe(
    Option.filter(Predicate.isObject),
    Option.filter(() => isStrict(text))
  )
