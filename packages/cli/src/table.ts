/** Columns for people: aligned, with a header, and nothing a pipe would have to strip. */
import { DateTime, Option } from "effect"
import { CliOutput } from "effect/cli"

/** A name from the service could hold what moves a terminal's cursor. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd")

const pad = (text: string, width: number) => text + " ".repeat(Math.max(0, width - CliOutput.displayWidth(text)))

const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const cells = rows.map((row) => row.map(plain))
  const width = (column: number) => Math.max(...cells.map((row) => CliOutput.displayWidth(row[column] ?? "")))
  return cells
    .map((row) =>
      row
        .map((cell, column) => pad(cell, width(column)))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

export const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  aligned([header.map((title) => title.toUpperCase()), ...rows])

export interface Column<A> {
  readonly title: string
  readonly of: (value: A) => string
  /** Left out unless this is so of one of them. */
  readonly when?: (value: A) => boolean
}

/** A table of these columns. */
export const tableOf = <A>(values: ReadonlyArray<A>, columns: ReadonlyArray<Column<A>>): string => {
  const shown = columns.filter(({ when }) => when === undefined || values.some(when))
  return table(
    shown.map(({ title }) => title),
    values.map((value) => shown.map((column) => column.of(value)))
  )
}

/** What one thing is: a word and its value per line. */
export const facts = (rows: ReadonlyArray<readonly [word: string, value: string]>): string => aligned(rows)

/** An instant to the second, in UTC; `none` in the given word. */
export const instant = (at: DateTime.Utc | null, none = "-"): string =>
  Option.match(Option.fromNullOr(at), {
    onNone: () => none,
    onSome: (at) => DateTime.formatIso(at).replace(/\.\d+Z$/, "Z")
  })
