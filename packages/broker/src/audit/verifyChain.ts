/**
 * Recomputes the audit log of a tenant from its first record on.
 *
 * Finds whatever was changed, removed, moved or slipped in by someone who can
 * write the tables but did not write the chain anew; who did that is found only
 * by a head kept elsewhere.
 */
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import { CurrentTenant } from "../database/Tenancy.ts"

interface Head {
  readonly seq: bigint
  readonly hash: Uint8Array
  /** Of the last record there is, in the same snapshot. */
  readonly last: bigint
}

interface Record {
  readonly seq: bigint
  readonly micros: bigint
  readonly body: string
  readonly hash: Uint8Array
}

const pageSize = 1_000
const beforeAll = -(2n ** 63n)

const sha256 = (data: Uint8Array<ArrayBuffer>) =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", data)),
    (digest) => new Uint8Array(digest)
  )

const encoder = new TextEncoder()
const genesis = sha256(encoder.encode("genesis"))

/** `sha256(previous hash ‖ seq ‖ µs ‖ body)`, as the database's own function has it. */
const link = (previous: Uint8Array, { body, micros, seq }: Record) => {
  const text = encoder.encode(body)
  const data = new Uint8Array(previous.length + 16 + text.length)
  const view = new DataView(data.buffer)
  data.set(previous)
  view.setBigInt64(previous.length, seq)
  view.setBigInt64(previous.length + 8, micros)
  data.set(text, previous.length + 16)
  return sha256(data)
}

const isSame = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, i) => byte === b[i])

const lesser = (a: bigint, b: bigint) => (a < b ? a : b)

/** The position of the first record that is not what was written there; none when the log is whole. */
export const verifyChain = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { id } = yield* CurrentTenant
  const [head] = yield* sql<Head>`
    SELECT h.seq, h.hash, coalesce((SELECT max(a.seq) FROM broker.audit a WHERE a.tenant_id = h.tenant_id), 0) AS last
    FROM broker.audit_heads h WHERE h.tenant_id = ${id}
  `
  if (head === undefined) return Option.some(1n)

  let hash = yield* genesis
  let seq = 0n
  let page: ReadonlyArray<Record>
  do {
    // What is appended meanwhile comes after the head just read, and is not asked for.
    page = yield* sql<Record>`
      SELECT seq, (extract(epoch FROM at) * 1000000)::bigint AS micros, body::text AS body, hash FROM broker.audit
      WHERE tenant_id = ${id} AND seq > ${seq === 0n ? beforeAll : seq} AND seq <= ${head.seq}
      ORDER BY seq LIMIT ${pageSize}
    `
    for (const record of page) {
      const expected = seq + 1n
      if (record.seq !== expected) return Option.some(lesser(record.seq, expected))
      hash = yield* link(hash, record)
      if (!isSame(hash, record.hash)) return Option.some(record.seq)
      seq = record.seq
    }
  } while (page.length === pageSize)

  if (seq !== head.seq) return Option.some(seq + 1n)
  if (head.last !== head.seq) return Option.some(head.seq + 1n)
  return isSame(hash, head.hash) ? Option.none() : Option.some(seq)
}).pipe(Effect.withSpan("verifyChain"))
