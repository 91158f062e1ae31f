import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { insideThenUndone } from "./session.ts"

const rowsPerTable = 5_000

/** Apps, connections, bindings and keys in 50 tenants, as an administrator would restore them, and what is known of them. */
const fill = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO broker.tenants (id, slug, name) SELECT gen_random_uuid(), 't' || i, 'T' FROM generate_series(1, 50) i`
  yield* sql`CREATE TEMP TABLE made AS SELECT (array_agg(t.id))[1 + i % 50] AS tenant, gen_random_uuid() AS app,
      gen_random_uuid() AS connection, i FROM generate_series(1, ${rowsPerTable}::int) i, broker.tenants t GROUP BY i`
  yield* sql`INSERT INTO broker.apps (tenant_id, id, slug, name, kind)
    SELECT tenant, app, 'a' || i, 'A', 'production' FROM made`
  yield* sql`INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, name, status)
    SELECT tenant, connection, 'openai', false, uuid_send(connection), 'vendo_managed_pool', 'c' || i, 'active' FROM made`
  yield* sql`INSERT INTO broker.app_connection_bindings
      (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot)
    SELECT tenant, app, 'production', connection, 'openai', false, uuid_send(connection) FROM made`
  yield* sql`INSERT INTO broker.app_keys (tenant_id, id, app_id, key_hash, pepper_id, hint)
    SELECT tenant, gen_random_uuid(), app, sha256(uuid_send(app)), 1, 'vendo_sk_abcd' FROM made`
  yield* sql`ANALYZE`
})

interface Line {
  readonly "QUERY PLAN": string
}
const text = (lines: ReadonlyArray<Line>) => lines.map((line) => line["QUERY PLAN"]).join("\n")

/** What services run inside a tenant, of each table: reads by id, lists, changes. */
const hot = [
  "SELECT * FROM broker.apps WHERE id = '00000000-0000-4000-8000-000000000000'",
  "SELECT * FROM broker.apps WHERE slug = 'a1'",
  "SELECT * FROM broker.connections WHERE id = '00000000-0000-4000-8000-000000000000'",
  "SELECT * FROM broker.connections WHERE integration = 'openai' AND name = 'c1' AND user_subject = '' AND status <> 'revoked'",
  "SELECT * FROM broker.app_connection_bindings WHERE app_id = '00000000-0000-4000-8000-000000000000' ORDER BY integration",
  "SELECT * FROM broker.app_keys WHERE id = '00000000-0000-4000-8000-000000000000'",
  "SELECT * FROM broker.app_keys ORDER BY created_at, id",
  "SELECT * FROM broker.tenant_keys WHERE state = 'active'",
  "UPDATE broker.app_keys SET revoked_at = now() WHERE id = '00000000-0000-4000-8000-000000000000' AND revoked_at IS NULL",
  "UPDATE broker.connections SET status = 'error' WHERE id = '00000000-0000-4000-8000-000000000000'",
  "DELETE FROM broker.app_connection_bindings WHERE app_id = '00000000-0000-4000-8000-000000000000' AND integration = 'openai'"
]

/** The tables of a vend, by the columns each is looked up by. */
const lookups = [
  ["app_keys k", "key_hash = a\\.h"],
  ["app_connection_bindings b", "tenant_id = .*app_id = "],
  ["connections c", "tenant_id = .*id = "]
] as const

/** A scan that goes straight there: an index that is read from end to end has no condition. */
const lookup = (scan: string, condition: string) =>
  new RegExp(`Index (?:Only )?Scan using \\w+ on ${scan}.*\\n\\s+Index Cond: .*${condition}`)

const filled = Layer.effectDiscard(Effect.flatMap(TestDatabase, ({ asAdmin }) => asAdmin(fill)))

layer(filled.pipe(Layer.provideMerge(Fixture.layer), Layer.orDie))("Query plans", (it) => {
  it.effect("inside a tenant the context is worked out once a statement, and rows are found by index", () =>
    Effect.gen(function* () {
      const { tenant } = yield* Fixture.makeTenant()
      const sql = yield* SqlClient.SqlClient
      for (const statement of hot) {
        const plan = text(yield* insideThenUndone(tenant.id, sql.unsafe<Line>(`EXPLAIN (VERBOSE) ${statement}`)))
        assert.include(plan, "InitPlan", plan)
        assert.match(plan, /InitPlan[\s\S]*Output: (?:gate\.)?tenant\(\)/, plan)
        assert.notMatch(plan, /Filter:.*tenant\(\)/, plan)
        assert.notMatch(plan, /Seq Scan on broker\.(?:apps|connections|app_connection_bindings|app_keys)/, plan)
      }
    })
  )

  it.effect("a vend finds key, binding and connection by index, however its plan is kept", () =>
    Effect.gen(function* () {
      const { asAdmin } = yield* TestDatabase
      yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const [vend] = yield* sql<{
            readonly body: string
            readonly takes: ReadonlyArray<string>
            readonly config: ReadonlyArray<string>
          }>`
            SELECT prosrc AS body, ARRAY(SELECT format_type(t, NULL) FROM unnest(proargtypes) t) AS takes, proconfig AS config
            FROM pg_proc WHERE proname = 'vend' AND pronamespace = 'gate'::regnamespace`
          const { body, config, takes } = vend ?? assert.fail("there is no gate.vend")
          const query = /RETURN QUERY\s+(WITH[\s\S]*?);\s*END/.exec(body)?.[1] ?? assert.fail("gate.vend asks nothing")
          // Its parameters, as a prepared statement names them.
          const asked = query.replace(/\bunnest\([^)]*\)/, `unnest(${takes.map((_, i) => `$${i + 1}`).join(", ")})`)
          assert.notStrictEqual(asked, query)
          const fill = (count: number) =>
            takes.map(
              (type) => `array_fill('${type === "bytea[]" ? "\\x00" : ""}'::${type.slice(0, -2)}, ARRAY[${count}])`
            )
          yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`SET LOCAL ROLE vendo_gate`
              for (const setting of config) yield* sql.unsafe(`SET LOCAL ${setting}`)
              yield* sql.unsafe(`PREPARE vend (${takes.join(", ")}) AS ${asked}`)
              for (const mode of ["force_generic_plan", "force_custom_plan"]) {
                yield* sql.unsafe(`SET LOCAL plan_cache_mode = ${mode}`)
                for (const questions of [1, 20]) {
                  const call = `vend (${fill(questions).join(", ")})`
                  const plan = text(yield* sql.unsafe<Line>(`EXPLAIN EXECUTE ${call}`))
                  for (const [scan, condition] of lookups) assert.match(plan, lookup(scan, condition), plan)
                }
              }
            })
          )
        })
      )
    })
  )
})
