/** One line of a table of bad input: what is sent, byte by byte, and the one answer it gets. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { isRow, isToken, type Particulars } from "./row.ts"
import { Service } from "../fixtures/service.ts"
import { bytes, one } from "../fixtures/wire.ts"
import { secrets, World } from "./world.ts"

export interface BadRow {
  readonly name: string
  /** Latin-1, given a key that opens everything. */
  readonly send: (key: string) => string | Uint8Array
  /** Some input that looks bad is not. */
  readonly answer: ErrorCode | "token"
  readonly particulars?: Particulars
}

export const row = (
  name: string,
  send: BadRow["send"],
  answer: BadRow["answer"],
  particulars: Particulars = {}
): BadRow => ({ name, send, answer, particulars })

export const rows = (
  names: ReadonlyArray<string>,
  send: (name: string) => BadRow["send"],
  answer: BadRow["answer"],
  particulars: Particulars = {}
): ReadonlyArray<BadRow> => names.map((name) => row(shown(name), send(name), answer, particulars))

/** On one line, however long it is and whatever is in it. */
const shown = (name: string) => {
  const text = JSON.stringify(name)
  return text.length > 60 ? `${text.slice(0, 50)}…" (${name.length})` : text
}

/** A vend of `notion`, or of another target, with these lines among its headers. */
export const get =
  (target = "/credentials/notion", lines = "", body = "") =>
  (key: string): string =>
    `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\n${lines}${lines === "" ? "" : "\r\n"}\r\n${body}`

/** As `get`, without any key of its own. */
export const getAs =
  (...lines: ReadonlyArray<string>) =>
  (): string =>
    `GET /credentials/notion HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`

/** Sends it, and asserts that its answer is the one, whole, alone and silent about what was sent. */
export const isAnswered = Effect.fnUntraced(function* ({ answer: expected, particulars, send }: BadRow) {
  const { port } = yield* Service
  const { keys, token } = yield* World
  const sent = send(keys.good)
  const answer = yield* one(port, typeof sent === "string" ? bytes(sent) : sent, { head: particulars?.head === true })
  if (expected === "token") return isToken(answer, token)
  isRow(answer, expected, particulars)
  for (const secret of [...(yield* secrets), "vendo_sk_", "hunter2"]) assert.notInclude(JSON.stringify(answer), secret)
})
