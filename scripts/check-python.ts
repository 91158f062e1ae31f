/**
 * Formatting and lint of everything in Python, as ruff does both:
 *
 *   pnpm python:format             says what is not as it should be
 *   pnpm python:format --write     formats it
 *
 * Ruff comes as WebAssembly, so it is there without a Python. What it is told stands in
 * `packages/sdk-python/pyproject.toml`, where an editor finds it.
 *
 * @module
 */
import { type Diagnostic, PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs"
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")

interface Options {
  [name: string]: unknown
}

/** The table at a path, made where there is none. */
const tableAt = (options: Options, path: ReadonlyArray<string>): Options => {
  let table = options
  for (const name of path) {
    const next: Options = Object.assign({}, table[name])
    table[name] = next
    table = next
  }
  return table
}

/** What the `[tool.ruff]` tables of a pyproject.toml say. A value stands on one line, as JSON would have it. */
export const optionsOf = (toml: string): Options => {
  const options: Options = {}
  for (const section of toml.split(/^(?=\[)/m)) {
    const [head = "", ...lines] = section.split("\n")
    const path = /^\[tool\.ruff((?:\.[\w-]+)*)\]$/.exec(head)?.[1]
    if (path === undefined) continue
    const table = tableAt(options, path.split(".").slice(1))
    for (const line of lines) {
      const [, name, value] = /^([\w-]+) = (.+)$/.exec(line) ?? []
      if (name !== undefined && value !== undefined) table[name] = JSON.parse(value)
      else if (/^[^#\s]/.test(line)) throw new Error(`pyproject.toml: ${line} can not be read`)
    }
  }
  return options
}

type Edit = NonNullable<Diagnostic["fix"]>["edits"][number]

/** The source with one edit made. */
const edited = (source: string, { content, end_location: end, location: start }: Edit) => {
  const lines = source.split("\n")
  const before = [...lines.slice(0, start.row - 1), (lines[start.row - 1] ?? "").slice(0, start.column - 1)]
  const after = [(lines[end.row - 1] ?? "").slice(end.column - 1), ...lines.slice(end.row)]
  return `${before.join("\n")}${content ?? ""}${after.join("\n")}`
}

export interface Verdict {
  /** As it should be, its imports in order. */
  readonly formatted: string
  readonly faults: ReadonlyArray<string>
}

/** Looks at one source after another. */
export const ruff = (options: Options): ((file: string, source: string) => Verdict) => {
  const workspace = new Workspace(options, PositionEncoding.Utf16)
  return (file, source) => {
    const found: ReadonlyArray<Diagnostic> = workspace.check(source)
    // From the last to the first, so that each stays where it was found.
    const ordered = found
      .filter(({ code }) => code === "I001")
      .flatMap(({ fix }) => fix?.edits ?? [])
      .toSorted((a, b) => b.location.row - a.location.row)
      .reduce(edited, source)
    const faults = found
      .toSorted((a, b) => a.start_location.row - b.start_location.row)
      .map(
        ({ code, message, start_location: { column, row } }) =>
          `${file}:${row}:${column}: ${code ?? "syntax"} ${message}`
      )
    try {
      return { formatted: workspace.format(ordered), faults }
    } catch (error) {
      return { formatted: source, faults: faults.length > 0 ? faults : [`${file}:1:1: ${String(error)}`] }
    }
  }
}

if (import.meta.main) {
  const write = process.argv.includes("--write")
  const look = ruff(optionsOf(readFileSync(join(root, "packages/sdk-python/pyproject.toml"), "utf8")))
  const files = globSync(["packages/sdk-python/**/*.py", "docs/**/*.py"], { cwd: root }).toSorted()
  let wrong = 0
  for (const file of files) {
    const source = readFileSync(join(root, file), "utf8")
    const { faults, formatted } = look(file, source)
    const unformatted = formatted !== source
    if (write && unformatted) writeFileSync(join(root, file), formatted)
    const said = [...faults, ...(unformatted && !write ? [`${file}: is not formatted`] : [])]
    for (const line of said) console.error(line)
    wrong += said.length
  }
  console.log(`ruff ${Workspace.version()} on ${files.length} files`)
  // What is written is formatted; the lint has its own step.
  if (wrong > 0 && !write) process.exitCode = 1
}
