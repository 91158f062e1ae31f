import { assert, layer } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { lastUseOf, makeLastUse, searched } from "@vendodev/broker/disconnect/lastUse"
import { ConnectionId, type TenantId } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { insideThenUndone } from "../database/session.ts"

const connection = ConnectionId.make("00000000-0000-4000-8000-00000000c0de")
const another = "00000000-0000-4000-8000-00000000abcd"

const start = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
/** One record a second. */
const at = (seq: number) => DateTime.formatIso(DateTime.add(start, { seconds: seq }))

/** A log of that many records. Those at `uses` are vends of the connection, all others are of another. */
const fill = (tenant: TenantId, records: number, uses: ReadonlyArray<readonly [seq: number, body: object]>) =>
  Effect.flatMap(TestDatabase, ({ asAdmin }) =>
    asAdmin(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const other = JSON.stringify({ action: "vend", outcome: "granted", connection: another })
        yield* sql`DELETE FROM broker.audit WHERE tenant_id = ${tenant}`
        yield* sql`
          INSERT INTO broker.audit (tenant_id, seq, at, body, hash)
          SELECT ${tenant}, n, ${at(0)}::text::timestamptz + n * interval '1 second', ${other}::text::jsonb, '\\x00'
          FROM generate_series(1, ${records}::int) n
        `
        for (const [seq, body] of uses) {
          yield* sql`
            UPDATE broker.audit SET body = ${JSON.stringify(body)}::text::jsonb WHERE tenant_id = ${tenant} AND seq = ${seq}
          `
        }
        yield* sql`UPDATE broker.audit_heads SET seq = ${records} WHERE tenant_id = ${tenant}`
        yield* sql`ANALYZE broker.audit`
      })
    )
  )

const granted = { action: "vend", outcome: "granted", connection }

const found = (tenant: TenantId) =>
  Effect.gen(function* () {
    const { last_used_at, not_used_since } = yield* insideThenUndone(tenant, (yield* makeLastUse)(connection))
    const iso = (time: DateTime.Utc | null) => (time === null ? null : DateTime.formatIso(time))
    return [iso(last_used_at), iso(not_used_since)]
  })

layer(Fixture.layer)("The last use of a connection", (it) => {
  it.effect("is the last vend that was granted, by whichever key, and nothing else that names the connection", () =>
    Effect.gen(function* () {
      const { tenant } = yield* Fixture.makeTenant()
      const noise = [
        [90, { ...granted, action: "report" }],
        [91, { ...granted, outcome: "connection_revoked" }],
        [92, { action: "token.refresh", outcome: "done", connection }],
        [93, { ...granted, connection: another }]
      ] as const
      yield* fill(tenant.id, 100, noise)
      assert.deepStrictEqual(yield* found(tenant.id), [null, null])
      yield* fill(tenant.id, 100, [[40, granted], [41, { ...granted, action: "vend_stale" }], ...noise])
      assert.deepStrictEqual(yield* found(tenant.id), [at(41), null])
    })
  )

  it.effect("is looked for in so many records and no more, and it is said how far", () =>
    Effect.gen(function* () {
      const { tenant } = yield* Fixture.makeTenant()
      const records = searched + 5_000
      yield* fill(tenant.id, records, [[5_000, granted]])
      assert.deepStrictEqual(yield* found(tenant.id), [null, at(5_001)])
      yield* fill(tenant.id, records, [[5_001, granted]])
      assert.deepStrictEqual(yield* found(tenant.id), [at(5_001), null])
      // The first record of all is no sign of older ones.
      yield* fill(tenant.id, searched, [])
      assert.deepStrictEqual(yield* found(tenant.id), [null, null])
    })
  )

  it.effect(
    "costs a large log no more than that: an index leads to the newest records, and reading ends at a use",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { tenant } = yield* Fixture.makeTenant()
        const { tenant: neighbour } = yield* Fixture.makeTenant()
        yield* fill(neighbour.id, 100_000, [])
        const explained = Effect.gen(function* () {
          const [text, parameters] = lastUseOf(sql, connection).compile()
          const lines = yield* insideThenUndone(
            tenant.id,
            sql.unsafe<{ readonly "QUERY PLAN": string }>(`EXPLAIN (ANALYZE, TIMING OFF) ${text}`, parameters)
          )
          return lines.map((line) => line["QUERY PLAN"]).join("\n")
        })
        const removed = (plan: string) => Number(/Rows Removed by Filter: (\d+)/.exec(plan)?.[1] ?? 0)

        yield* fill(tenant.id, 100_000, [])
        const whole = yield* explained
        assert.match(whole, /Index Scan(?: Backward)? using audit_pkey on audit a.*\n\s+Index Cond: \(.*seq > /, whole)
        assert.notMatch(whole, /Seq Scan on audit\b/, whole)
        assert.isAtMost(removed(whole), searched, whole)

        yield* fill(tenant.id, 100_000, [[99_990, granted]])
        const short = yield* explained
        assert.isAtMost(removed(short), 10, short)
      })
  )
})
