/**
 * Reads what a TypeScript source exports, as text. It knows no more of the
 * language than that sources here are formatted: what stands at the beginning
 * of a line begins a declaration, and what is indented belongs to it.
 */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

export interface Declaration {
  readonly name: string
  /** From `export` on, without the comment. */
  readonly text: string
  /** What its comment says, as Markdown. Empty when it has none. */
  readonly doc: string
}

/** The text of a comment, without its stars. */
export const docOf = (comment: string): string =>
  comment
    .replaceAll(/^\s*\/\*\*|\*\/\s*$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .trim()

/** The comment that a line ends, if one does, and where it begins. */
const commentBefore = (lines: ReadonlyArray<string>, index: number): string => {
  const above = lines[index - 1] ?? ""
  if (!above.trimEnd().endsWith("*/")) return ""
  let from = index - 1
  while (from > 0 && !/^\s*\/\*\*/.test(lines[from] ?? "")) from--
  return docOf(lines.slice(from, index).join("\n"))
}

/** Where what begins at `index` ends: before the next line that is indented no deeper and closes nothing. */
const endOf = (lines: ReadonlyArray<string>, index: number, indent: string): number => {
  let end = index + 1
  while (end < lines.length) {
    const line = lines[end] ?? ""
    const closes = line.startsWith(indent) && /^[)\]}>|&]/.test(line.slice(indent.length))
    if (line !== "" && !line.startsWith(`${indent} `) && !closes) break
    end++
  }
  return end
}

const named = /^export (?:declare )?(?:abstract )?(?:const|class|interface|type|(?:async )?function) (\w+)/

/** What a source declares and exports, in its order. */
export const declarationsIn = (source: string): ReadonlyArray<Declaration> => {
  const lines = source.split("\n")
  return lines.flatMap((line, index) => {
    const name = named.exec(line)?.[1]
    if (name === undefined) return []
    const text = lines
      .slice(index, endOf(lines, index, ""))
      .join("\n")
      .trimEnd()
    return [{ name, text, doc: commentBefore(lines, index) }]
  })
}

/** Members of a class or of an object type: what begins at this indentation, with its comment. */
export const membersIn = (text: string, indent: string): ReadonlyArray<Declaration> => {
  const lines = text.split("\n")
  return lines.flatMap((line, index) => {
    if (!line.startsWith(indent) || /^[\s*/)\]}>|&]/.test(line.slice(indent.length))) return []
    const name = /^(?:(?:static|readonly|override|async|declare) )*(\[[\w.]+\]|#?\w+)/.exec(
      line.slice(indent.length)
    )?.[1]
    if (name === undefined) return []
    const text = lines
      .slice(index, endOf(lines, index, indent))
      .join("\n")
      .trimEnd()
    return [{ name, text: dedented(text, indent), doc: commentBefore(lines, index) }]
  })
}

export const dedented = (text: string, indent: string): string =>
  text
    .split("\n")
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join("\n")

/** The file a specifier in a file means; rooms of this repository are below `packages`. */
const resolved = (file: string, specifier: string): string => {
  if (specifier.startsWith(".")) return join(dirname(file), specifier)
  const [, room, module] = /^@vendodev\/([\w-]+)\/(\w+)$/.exec(specifier) ?? []
  if (room === undefined) throw new Error(`${file}: ${specifier} is no source of this repository`)
  return `packages/${room}/src/${module}.ts`
}

const reexports = /^export (?:type )?(\*|\{[^}]*\}) from "([^"]+)"/gm

/** Everything a file exports, what it takes from others included. A name that is nowhere declared is an error. */
export const exportsOf = (root: string, file: string): ReadonlyArray<Declaration> => {
  const source = readFileSync(join(root, file), "utf8")
  const taken = [...source.matchAll(reexports)].flatMap(([, what = "", specifier = ""]) => {
    const from = resolved(file, specifier)
    const all = exportsOf(root, from)
    if (what === "*") return all
    return [...what.matchAll(/(?:type )?(\w+)(?=\s*[,}])/g)].map(([, name = ""]) => {
      const found = all.find((declaration) => declaration.name === name)
      if (found === undefined) throw new Error(`${file}: ${from} declares no ${name}`)
      return found
    })
  })
  return [...taken, ...declarationsIn(source)]
}

/** What stands above everything else in a file, for who reads it first. */
export const moduleDocOf = (source: string): string =>
  docOf(/^\/\*\*[^]*?\*\//.exec(source)?.[0] ?? "")
    .replace(/\n*@module$/, "")
    .trim()
