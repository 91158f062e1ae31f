/** Something wrong at an offset of the text, before anybody asks for its line. */
import { Array, Order } from "effect"
import { LineCounter } from "yaml"
import { ManifestInvalid } from "./ManifestInvalid.ts"

export interface Finding {
  /** In UTF-16 code units, from 0. */
  readonly at: number
  readonly path: string
  readonly message: string
}

const most = 50

const inOrder = Order.mapInput(Order.Number, ({ at }: Finding) => at)

/** Counts as far as somebody will ask. */
const linesUpTo = (text: string, end: number): LineCounter => {
  const lines = new LineCounter()
  let start = 0
  do {
    lines.addNewLine(start)
    start = text.indexOf("\n", start) + 1
  } while (start !== 0 && start <= end)
  return lines
}

/** The findings as they are told. */
export const invalid = (text: string, findings: Array.NonEmptyReadonlyArray<Finding>): ManifestInvalid => {
  const [first, ...others] = Array.sort(findings, inOrder)
  const told = Array.prepend(others.slice(0, most - 1), first)
  // What is missing at the end of the text is missing at its last character.
  const end = Math.max(0, text.length - 1)
  const lines = linesUpTo(text, Math.min(Array.lastNonEmpty(told).at, end))
  return new ManifestInvalid({
    problems: Array.map(told, ({ at, message, path }) => {
      const { col, line } = lines.linePos(Math.min(at, end))
      return { line, column: col, path, message }
    }),
    more: findings.length - told.length
  })
}
