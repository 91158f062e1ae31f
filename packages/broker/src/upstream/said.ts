/** What somebody else said, as far as it may be stored and shown. */
import { Option } from "effect"

/** Ids and names are shown to people: nothing in them may hide the rest, or change how it reads. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

const mostId = 255
const mostName = 200

/** As it was said, or not at all: a changed id is another's. */
export const idSaid = (text: string): Option.Option<string> =>
  Option.liftPredicate(text, (id) => id.length <= mostId && id.trim() === id && id !== "" && !invisible.test(id))

/** What can be shown of it. */
export const nameSaid = (text: string): Option.Option<string> => {
  const shown = [...text.replaceAll(new RegExp(invisible, "gu"), " ")].slice(0, mostName).join("").trim()
  return Option.liftPredicate(shown, (name) => name !== "")
}
