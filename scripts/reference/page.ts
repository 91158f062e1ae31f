/** A page of reference: what the entries of a package export, with what their sources say of it. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Declaration, exportsOf, membersIn, moduleDocOf } from "./declarations.ts"
import { signatureOf } from "./signatures.ts"

export interface Entry {
  /** As it is imported: `@vendodev/sdk/testing`. */
  readonly specifier: string
  /** From the root of the repository. */
  readonly file: string
}

export interface Package {
  readonly title: string
  readonly intro: string
  readonly entries: ReadonlyArray<Entry>
  /** What a class of an error is said to be, as the cells of a row; nothing for what is no such class. */
  readonly errorRow: (declaration: Declaration) => ReadonlyArray<string> | undefined
  /** Their headings. */
  readonly errorColumns: ReadonlyArray<string>
}

const code = (text: string) => `\`\`\`ts\n${text}\n\`\`\``

const paragraphs = (...parts: ReadonlyArray<string>) => parts.filter((part) => part !== "").join("\n\n")

/** Not for others: `#private`, the body of an overloaded constructor, and what carries a name as data. */
const isShown = (members: ReadonlyArray<Declaration>, { name, text }: Declaration, index: number) =>
  !name.startsWith("#") &&
  !text.startsWith("override ") &&
  !(name === "constructor" && members[index - 1]?.name === "constructor")

/** Members with something to say have a heading of their own; the others stand together. */
const membersOf = (members: ReadonlyArray<Declaration>, owner: string): ReadonlyArray<string> => {
  const shown = members.filter((member, index) => isShown(members, member, index))
  const silent = shown.filter(({ doc, text }) => doc === "" && innerOf(text) === "")
  const together = silent.length === 0 ? [] : [code(silent.map(({ text }) => signatureOf(text)).join("\n"))]
  return [
    ...together,
    ...shown.flatMap(({ doc, name, text }) => {
      const inner = innerOf(text)
      const path =
        name === "constructor" ? `new ${owner}` : name.startsWith("[") ? `${owner}${name}` : `${owner}.${name}`
      if (inner !== "")
        return [...(doc === "" ? [] : [`#### ${path}\n\n${doc}`]), ...membersOf(membersIn(inner, "  "), path)]
      return doc === "" ? [] : [paragraphs(`#### ${path}`, code(signatureOf(text)), doc)]
    })
  ]
}

/** The members of a member that is an object: `connections: { … }`. */
const innerOf = (text: string) => (/^(?:readonly )?\w+: \{\n[^]*\n\}$/.test(text) ? text : "")

/** A service says what it is in the type it is made with, four spaces in. */
const service = /extends Context\.Service<\n {2}\w+,\n {2}\{\n([^]*?)\n {2}\}\n>/

const classOf = ({ doc, name, text }: Declaration): string => {
  const shape = service.exec(text)
  if (shape === null) return paragraphs(`### ${name}`, doc, ...membersOf(membersIn(text, "  "), name))
  const statics = membersIn(text, "  ").filter((member) => member.text.startsWith("static "))
  const owner = name.toLowerCase()
  return paragraphs(
    `### ${name}`,
    doc,
    ...membersOf(statics, name),
    ...membersOf(membersIn(shape[1] ?? "", "    "), owner)
  )
}

const isClass = ({ text }: Declaration) => /^export (?:abstract )?class /.test(text)
const isType = ({ text }: Declaration) => /^export (?:interface|type) /.test(text)

/** A schema and the type of the same name are told of together. */
const others = (declarations: ReadonlyArray<Declaration>): ReadonlyArray<string> =>
  [...new Set(declarations.map(({ name }) => name))].map((name) => {
    const same = declarations.filter((declaration) => declaration.name === name)
    const text = code(same.map(({ text }) => signatureOf(text)).join("\n"))
    const docs = same.map(({ doc }) => doc)
    return same.every(isType) ? paragraphs(`### ${name}`, ...docs, text) : paragraphs(`### ${name}`, text, ...docs)
  })

const row = (cells: ReadonlyArray<string>) =>
  `| ${cells.map((cell) => cell.replaceAll(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`

const entryOf = (root: string, { errorColumns, errorRow }: Package, { file, specifier }: Entry): string => {
  const all = exportsOf(root, file).filter(({ doc }) => !doc.includes("@internal"))
  const rows = all.flatMap((declaration) => [errorRow(declaration) ?? []]).filter((cells) => cells.length > 0)
  const table = [errorColumns, errorColumns.map(() => "---"), ...rows].map(row).join("\n")
  const rest = all.filter((declaration) => errorRow(declaration) === undefined)
  const values = new Set(rest.filter((one) => !isClass(one) && !isType(one)).map(({ name }) => name))
  return paragraphs(
    `## ${specifier}`,
    moduleDocOf(readFileSync(join(root, file), "utf8")),
    ...rest.filter(isClass).map(classOf),
    ...others(rest.filter(({ name }) => values.has(name))),
    ...(rows.length === 0 ? [] : ["### Errors", table]),
    ...others(rest.filter((one) => isType(one) && !values.has(one.name)))
  )
}

/** The whole page. */
export const referencePage = (root: string, of: Package): string =>
  `<!-- Made from the sources of the package by \`pnpm generate\`. Edit their comments. -->

# ${of.title}

${of.intro}

${of.entries.map((entry) => entryOf(root, of, entry)).join("\n\n")}
`
