/** What may be repeated of what was written, and which word was probably meant. */
import { looksSecret } from "@vendodev/domain/looksSecret"

/** A plain name in quotes; nothing of anything else, nor of a key of ours, not even its beginning. */
export const shown = (text: string): string | undefined =>
  /^(?!vendo_)[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(text) && !looksSecret(text) ? `"${text}"` : undefined

/** Upper case and the kind of dash are not what makes two words differ. */
const folded = (word: string) => word.toLowerCase().replaceAll(/[_-]/g, "")

/** How many letters to insert, remove, change or swap with their neighbours. */
const distance = (from: string, to: string): number => {
  let beforeLast: ReadonlyArray<number> = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1]
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Infinity
        )
      )
    }
    beforeLast = last
    last = row
  }
  return last[to.length] ?? 0
}

const farthest = 2

/** The word most like it; nothing when none is like it, or when it could not be repeated. */
export const nearest = (text: string, words: Iterable<string>): string | undefined => {
  if (shown(text) === undefined) return undefined
  const wanted = folded(text)
  let best: { readonly word: string; readonly far: number } | undefined
  for (const word of words) {
    const known = folded(word)
    if (Math.abs(known.length - wanted.length) > farthest) continue
    const far = distance(wanted, known)
    // Of a short word, two letters are too much of it.
    if (far <= Math.min(farthest, known.length / 3) && far < (best?.far ?? Infinity)) best = { word, far }
  }
  return best?.word
}

/** `; did you mean "notion"?`, or nothing. */
export const meant = (text: string, words: Iterable<string>): string => {
  const word = nearest(text, words)
  return word === undefined ? "" : `; did you mean "${word}"?`
}
