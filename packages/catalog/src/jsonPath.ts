/** Reads decoded JSON by the paths of recipes. */
import { Option, Predicate } from "effect"
import type { Where } from "./Recipe.ts"

/** What stands there, if anything does. Nothing is inherited: `__proto__` and `length` are names like any other. */
export const valueAt = (json: unknown, path: string): Option.Option<unknown> =>
  path
    .split(".")
    .reduce(
      (at: Option.Option<unknown>, name) =>
        Option.flatMap(at, (value) =>
          Predicate.isObjectOrArray(value) && Object.hasOwn(value, name) && !(Array.isArray(value) && name === "length")
            ? Option.some(Reflect.get(value, name))
            : Option.none()
        ),
      Option.some(json)
    )

/** A number beyond what can be told apart is no id. */
const asText = (value: unknown): Option.Option<string> => {
  if (typeof value === "string" && value !== "") return Option.some(value)
  return Number.isSafeInteger(value) ? Option.some(String(value)) : Option.none()
}

/** The first text, or whole number as text, that one of the paths leads to. */
export const textAt = (json: unknown, where: Where): Option.Option<string> =>
  Option.firstSomeOf([where].flat().map((path) => Option.flatMap(valueAt(json, path), asText)))
