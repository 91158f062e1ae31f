import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { enter, insideThenUndone, pinned, refusal } from "./session.ts"

const tenantTables = [
  "tenants",
  "tenant_keys",
  "apps",
  "connections",
  "app_connection_bindings",
  "app_keys",
  "audit_heads",
  "audit"
] as const
const noId = "00000000-0000-4000-8000-000000000000"
const hash = new Uint8Array(32).fill(7)

const rowsOf = Effect.fn(function* (table: (typeof tenantTables)[number]) {
  const sql = yield* SqlClient.SqlClient
  return (yield* sql`SELECT * FROM broker.${sql(table)}`).length
})

/** The context as the database left it in this transaction. */
const captured = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly ctx: string }>`SELECT current_setting('broker.ctx', true) AS ctx`
  return row?.ctx ?? ""
})

const tenantNow = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly tenant: string | null }>`SELECT gate.tenant() AS tenant`
  return row?.tenant
})

const makeBound = Fixture.makeBound({ slug: "notion", credential: "ntn_of_one_tenant" })

layer(Fixture.layer)("Tenant context", (it) => {
  it.effect("without one, no row of any tenant is seen, changed or deleted, and none can be written", () =>
    Effect.gen(function* () {
      const { app, connection, tenant } = yield* makeBound
      const { asAdmin } = yield* TestDatabase
      const sql = yield* SqlClient.SqlClient
      for (const table of tenantTables) {
        assert.isAbove(yield* asAdmin(rowsOf(table)), 0, table)
        assert.strictEqual(yield* rowsOf(table), 0, table)
      }
      const writes = [
        sql`INSERT INTO broker.apps (tenant_id, id, slug, name, kind) VALUES (${tenant.id}, ${noId}, 'a', 'A', 'production')`,
        sql`INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, name, status)
          VALUES (${tenant.id}, ${noId}, 'notion', false, ${hash}, 'byok_static', 'n', 'active')`,
        sql`INSERT INTO broker.app_connection_bindings
          (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot)
          VALUES (${tenant.id}, ${app.id}, 'production', ${connection.id}, 'notion', false, ${hash})`,
        sql`INSERT INTO broker.app_keys (tenant_id, id, app_id, key_hash, pepper_id, hint)
          VALUES (${tenant.id}, ${noId}, ${app.id}, ${hash}, 1, 'vendo_sk_abcd')`,
        sql`INSERT INTO broker.tenants (id, slug, name) VALUES (${noId}, 'a', 'A')`,
        sql`INSERT INTO broker.tenant_keys (tenant_id, version, kek_id, wrapped) VALUES (${tenant.id}, 2, 'k', ${hash})`,
        sql`INSERT INTO broker.audit VALUES (${tenant.id}, 99, now(), '{}', ${hash})`,
        sql`INSERT INTO broker.audit_heads VALUES (${tenant.id}, 99, ${hash})`,
        sql`SELECT gate.record('{}')`
      ]
      for (const write of writes) assert.strictEqual((yield* refusal(write)).code, "42501")
      const changes = [
        sql`UPDATE broker.connections SET name = 'other' RETURNING id`,
        sql`UPDATE broker.app_keys SET revoked_at = now() RETURNING id`,
        sql`UPDATE broker.app_connection_bindings SET created_at = now() RETURNING app_id`,
        sql`DELETE FROM broker.app_connection_bindings RETURNING app_id`
      ]
      for (const change of changes) assert.strictEqual((yield* change).length, 0)
    })
  )

  it.effect("inside one tenant, every row of it and none of another", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* makeBound, yield* makeBound]
      const sql = yield* SqlClient.SqlClient
      const { asAdmin } = yield* TestDatabase
      for (const table of tenantTables) {
        const column = sql(table === "tenants" ? "id" : "tenant_id")
        const own = sql`SELECT * FROM broker.${sql(table)} WHERE ${column} = ${mine.tenant.id}`
        const all = yield* asAdmin(
          Effect.flatMap(SqlClient.SqlClient, (sql) => {
            const column = sql(table === "tenants" ? "id" : "tenant_id")
            return sql`SELECT * FROM broker.${sql(table)} WHERE ${column} = ${mine.tenant.id}`
          })
        )
        const [seen, seenOwn] = yield* insideThenUndone(mine.tenant.id, Effect.all([rowsOf(table), own]))
        assert.strictEqual(seen, all.length, table)
        assert.strictEqual(seenOwn.length, all.length, table)
      }
      const moved = yield* insideThenUndone(
        mine.tenant.id,
        refusal(sql`UPDATE broker.app_keys SET tenant_id = ${theirs.tenant.id}`)
      )
      assert.strictEqual(moved.code, "42501")
    })
  )

  it.effect("a forged one opens nothing, whatever its shape", () =>
    Effect.gen(function* () {
      const { tenant } = yield* makeBound
      const sql = yield* SqlClient.SqlClient
      const forged = [
        tenant.id,
        `${tenant.id}|`,
        `${tenant.id}|${"0".repeat(64)}`,
        `|${"0".repeat(64)}`,
        `${noId}|${"0".repeat(64)}`,
        "|",
        "no uuid|x",
        "\\x00"
      ]
      for (const context of forged) {
        const seen = yield* sql.withTransaction(
          Effect.andThen(
            sql`SELECT set_config('broker.ctx', ${context}, true)`,
            Effect.all([tenantNow, rowsOf("apps")])
          )
        )
        assert.deepStrictEqual(seen, [null, 0], context)
      }
    })
  )

  it.effect("one that was captured is void in the next transaction of its own connection", () =>
    Effect.gen(function* () {
      const { tenant } = yield* makeBound
      const sql = yield* SqlClient.SqlClient
      const on = yield* pinned
      const context = yield* on(Effect.andThen(sql`BEGIN`, Effect.andThen(enter(tenant.id), captured)))
      assert.isAbove(yield* on(rowsOf("apps")), 0)
      yield* on(sql`COMMIT`)
      assert.deepStrictEqual([yield* on(captured), yield* on(rowsOf("apps"))], ["", 0])

      yield* on(Effect.andThen(sql`BEGIN`, sql`SELECT set_config('broker.ctx', ${context}, true)`))
      assert.deepStrictEqual([yield* on(captured), yield* on(tenantNow)], [context, null])
      assert.strictEqual(yield* on(rowsOf("apps")), 0)
      assert.strictEqual(
        (yield* on(
          refusal(sql`INSERT INTO broker.apps (tenant_id, id, slug, name, kind)
          VALUES (${tenant.id}, ${noId}, 'a', 'A', 'production')`)
        )).code,
        "42501"
      )
      yield* on(sql`ROLLBACK`)
    })
  )

  it.effect("one that was captured is void on another connection, while it is in force on its own", () =>
    Effect.gen(function* () {
      const { tenant } = yield* makeBound
      const sql = yield* SqlClient.SqlClient
      const [victim, thief] = [yield* pinned, yield* pinned]
      const context = yield* victim(Effect.andThen(sql`BEGIN`, Effect.andThen(enter(tenant.id), captured)))
      yield* thief(Effect.andThen(sql`BEGIN`, sql`SELECT set_config('broker.ctx', ${context}, true)`))
      assert.deepStrictEqual([yield* thief(tenantNow), yield* thief(rowsOf("apps"))], [null, 0])
      assert.strictEqual(yield* victim(tenantNow), tenant.id)
      yield* Effect.all([victim(sql`ROLLBACK`), thief(sql`ROLLBACK`)])
    })
  )

  it.effect("two connections whose transactions began in the same microsecond do not share one", () =>
    Effect.gen(function* () {
      const { asAdmin } = yield* TestDatabase
      const run = <A, E>(work: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
        asAdmin(Effect.flatMap(SqlClient.SqlClient, work))
      yield* run((sql) => sql`CREATE UNLOGGED TABLE public.signed (pid int, at timestamptz, signature text)`)
      const signMany = run(
        (sql) => sql`DO $$ BEGIN FOR i IN 1..8000 LOOP
          INSERT INTO public.signed SELECT pg_backend_pid(), transaction_timestamp(), gate.sign('00000000-0000-4000-8000-000000000000');
          COMMIT;
        END LOOP; END $$`
      )
      const met = run(
        (sql) => sql<{ readonly same: boolean }>`
          SELECT a.signature = b.signature AS same FROM public.signed a JOIN public.signed b USING (at) WHERE a.pid < b.pid`
      )
      let pairs = yield* met
      while (pairs.length === 0) {
        yield* Effect.all([signMany, signMany], { concurrency: 2 })
        pairs = yield* met
      }
      assert.isTrue(pairs.every(({ same }) => !same))
    })
  )

  it.effect("one set for the whole session opens nothing after commit, and does not stand in the way of the next", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* makeBound, yield* makeBound]
      const sql = yield* SqlClient.SqlClient
      const on = yield* pinned
      yield* on(Effect.andThen(sql`BEGIN`, enter(first.tenant.id)))
      const context = yield* on(captured)
      yield* on(sql`SELECT set_config('broker.ctx', ${context}, false)`)
      yield* on(sql`COMMIT`)
      assert.strictEqual(yield* on(captured), context)
      assert.deepStrictEqual([yield* on(tenantNow), yield* on(rowsOf("connections"))], [null, 0])

      yield* on(sql.unsafe(`SET broker.ctx = '${context}'`))
      yield* on(sql`BEGIN`)
      assert.deepStrictEqual([yield* on(tenantNow), yield* on(rowsOf("connections"))], [null, 0])
      yield* on(enter(second.tenant.id))
      assert.strictEqual(yield* on(tenantNow), second.tenant.id)
      yield* on(sql`COMMIT`)
      yield* on(sql`RESET ALL`)
    })
  )

  it.effect("no two statements travel in one message, which would share a transaction's moment", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      assert.strictEqual((yield* refusal(sql.unsafe("SELECT 1; SELECT 2"))).code, "42601")
    })
  )
})
