/**
 * What the Python SDK offers, read from its sources as text: they are formatted, so that a signature ends with its line.
 */

/** A public name with what is public of it. */
export interface Declared {
  readonly name: string
  /** As a reader would write it: `token(slug: str) -> str`. */
  readonly shown: string
  /** Of a class: how it is made, its fields and its methods. Of anything else nothing. */
  readonly members: ReadonlyArray<string> | undefined
}

const isPublic = (name: string) => !name.startsWith("_")

/** What only the SDK itself calls, though Python has no word for it. */
const internal = new Set(["begin_anew"])

const oneLine = (text: string) =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll("( ", "(")
    .replaceAll(/,? \)/g, ")")
    .replaceAll(/(-> |: )"([^"]+)"/g, "$1$2")
    .replaceAll(/\((?:self|cls)(?:, )?/g, "(")

const functions = (text: string, indent: string) =>
  [...text.matchAll(new RegExp(`^${indent}(async )?def (\\w+)(\\([^]*?):\\n`, "gm"))].map(
    ([, before = "", name = "", rest = ""]) => ({ name, before, rest: oneLine(rest) })
  )

const fields = (body: string) =>
  [...body.matchAll(/^ {4}(\w+): ([^=\n]+?)(?: = .*)?$/gm)].flatMap(([, name = "", type = ""]) =>
    isPublic(name) ? [`${name}: ${type}`] : []
  )

/** What takes a private class, or one of a private module, is made by the SDK alone. */
const isMadeByAnybody = (signature: string) => !/: (?:_[A-Z][a-z]|Listening\b)/.test(signature)

/** With the values of the private constants that a signature names. */
const withConstants = (source: string) => {
  const values = new Map(
    [...source.matchAll(/^(_[A-Z_]+) = (.+)$/gm)].map(([, name = "", value = ""]) => [name, value])
  )
  return source.replaceAll(/(?<= = )_[A-Z_]+(?=[,)\n])/g, (name) => values.get(name) ?? name)
}

const membersOf = (name: string, body: string): ReadonlyArray<string> => [
  ...fields(body),
  ...functions(body, " {4}").flatMap(({ before, name: method, rest }) => {
    if (method === "__init__") return isMadeByAnybody(rest) ? [`${name}${rest.replace(" -> None", "")}`] : []
    return isPublic(method) && !internal.has(method) ? [`${before}${method}${rest}`] : []
  })
]

/** The public names that a module declares at its top. */
export const declarationsIn = (text: string): ReadonlyArray<Declared> => {
  const source = withConstants(text)
  return [
    ...functions(source, "").map(({ before, name, rest }) => ({
      name,
      shown: `${before}${name}${rest}`,
      members: undefined
    })),
    ...[...source.matchAll(/^class (\w+)[^\n]*:\n((?:(?: {4}[^\n]*)?\n)*)/gm)].map(([, name = "", body = ""]) => ({
      name,
      shown: name,
      members: membersOf(name, body)
    })),
    ...[...source.matchAll(/^(\w+)(: [^=\n]+)? = (?:(\w+API)\()?/gm)].map(([, name = "", type, api]) => ({
      name,
      shown: `${name}${api === undefined ? (type ?? "") : `: ${api}`}`,
      members: undefined
    }))
  ].filter(({ name }) => isPublic(name))
}

/** What a module says that it offers. */
export const exportsOf = (source: string): ReadonlyArray<string> => {
  const [, list = ""] = /^__all__ = \[([^\]]*)\]/m.exec(source) ?? []
  return [...list.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name)
}

/** The same of the client for an event loop, as it is called with `await`. */
export const blocking = (member: string, ofAsync: string, of: string) =>
  member
    .replace(/^async /, "")
    .replaceAll(ofAsync, of)
    .replaceAll("Async", "")
