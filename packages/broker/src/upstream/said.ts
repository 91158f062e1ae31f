/** What somebody else said, as far as it may be stored and shown. */
import { Option } from "effect"

/** What hides the rest of a text, or changes how it reads. */
const misleading = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const mostId = 255
const mostName = 200

/** As it was said, or not at all: a changed id is another's. */
export const idSaid = (text: string): Option.Option<string> =>
  Option.liftPredicate(text, (id) => id.length <= mostId && id !== "" && id.replaceAll(misleading, " ").trim() === id)

/** What can be shown of it, as a `DisplayName` is. */
export const nameSaid = (text: string): Option.Option<string> => {
  const shown = [...text.replaceAll(misleading, " ").trim()].slice(0, mostName).join("").trim()
  return Option.liftPredicate(shown, (name) => name !== "")
}
