/** The names that the reference of the Python SDK has, as its headings and its tables show them. */

export interface Section {
  /** The names in a heading: `Vendo`, or `ConnectionsAPI` and `AsyncConnectionsAPI`. */
  readonly names: ReadonlyArray<string>
  readonly rows: ReadonlyArray<{ readonly code: string; readonly meaning: string }>
}

/** The row of a table, whose code may hold `\|`. */
const row = (line: string) => {
  const [, code = "", meaning = ""] = /^\| `((?:[^`\\]|\\.)+)` \| (.*) \|$/.exec(line) ?? []
  return code === "" ? [] : [{ code: code.replaceAll("\\|", "|"), meaning: meaning.trim() }]
}

export const sectionsOf = (page: string): ReadonlyArray<Section> =>
  page
    .split(/^##+ /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n")
      return { names: heading.split(", "), rows: lines.flatMap(row) }
    })
