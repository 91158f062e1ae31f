/** The signature of a declaration: all that is said before what it does. */

/** Where what stands between brackets at `from` ends. An arrow is no bracket. */
const closing = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text.startsWith("=>", at)) at++
    else if ("([{<".includes(text[at] ?? "")) depth++
    else if (")]}>".includes(text[at] ?? "") && --depth === 0) return at + 1
  }
  return text.length
}

/** Where the first of these stands outside of brackets and comments; the end of the text when none does. */
const outside = (text: string, from: number, wanted: ReadonlyArray<string>): number => {
  let at = from
  while (at < text.length) {
    if (wanted.some((one) => text.startsWith(one, at))) return at
    if (text.startsWith("=>", at)) at += 2
    else if (text.startsWith("/*", at)) at = text.indexOf("*/", at) + 2
    else at = "([{<".includes(text[at] ?? "") ? closing(text, at) : at + 1
  }
  return text.length
}

/** The parameters of an arrow function, and those of what it returns, up to the last arrow. */
const arrows = (text: string, from: number): number => {
  let end = from
  let at = from
  for (;;) {
    const start = /^\s*(?:async )?[(<]/.exec(text.slice(at))
    if (start === null) return end
    const arrow = outside(text, at, ["=>", "\n\n"])
    if (!text.startsWith("=>", arrow)) return end
    end = arrow
    at = arrow + 2
  }
}

/** Without what a function does, a value is, or a constructor assigns. */
export const signatureOf = (text: string): string => {
  if (/^(?:export )?(?:declare )?(?:interface|type) /.test(text)) return shown(text)
  const equals = outside(text, 0, [" = ", " =\n"])
  const isValue = equals < text.length && !/^(?:async )?[\w.[\]]+(?:<[^>]*>)?\(/.test(text.replace("static ", ""))
  if (!isValue) return shown(text.slice(0, bodyOf(text)))
  const end = arrows(text, equals + 2)
  if (end > equals + 2) return shown(text.slice(0, end))
  return shown(text.slice(0, equals).includes(":") ? text.slice(0, equals) : text)
}

/** Where a body begins: the brace after the parameters and the type of the result. */
const bodyOf = (text: string): number => {
  const parameters = text.indexOf("(")
  if (parameters === -1) return text.length
  const after = closing(text, parameters)
  const body = outside(text, after, [" {\n"])
  return body
}

const shown = (text: string): string =>
  text
    .replace(/^export (?:declare )?/, "")
    .replaceAll(/\b(?:declare |override )?readonly (?=[\w[])/g, "")
    .replace(/^((?:static )?)async /, "$1")
    .replaceAll(/(=>?\s+)async (?=[(<])/g, "$1")
    .trimEnd()
