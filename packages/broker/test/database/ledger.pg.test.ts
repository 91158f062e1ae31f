import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { Credits } from "@vendodev/broker/manage/Credits"
import { CreditReference } from "@vendodev/domain/Billing"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { insideThenUndone, refusal } from "./session.ts"

const reference = CreditReference.make("invoice-1")

const made = Effect.gen(function* () {
  const made = yield* Fixture.makeTenant()
  const credits = yield* Credits
  const credit = yield* made.within(credits.add({ amount_micros: 5, reference }))
  return { ...made, credit }
})

layer(Fixture.layer)("The ledger", (it) => {
  it.effect("keeps every row as it was written, whatever the server is made to try inside its tenant", () =>
    Effect.gen(function* () {
      const { credit, tenant } = yield* made
      const sql = yield* SqlClient.SqlClient
      for (const attempt of [
        sql`UPDATE broker.ledger SET amount_micros = 6`,
        sql`UPDATE broker.ledger SET at = now() WHERE id = ${credit.id}`,
        sql`DELETE FROM broker.ledger WHERE id = ${credit.id}`,
        sql`TRUNCATE broker.ledger`,
        sql`INSERT INTO broker.ledger (tenant_id, id, kind, amount_micros, reference)
          VALUES (${tenant.id}, ${crypto.randomUUID()}, 'credit', 9, ${reference})
          ON CONFLICT (tenant_id, reference) DO UPDATE SET amount_micros = excluded.amount_micros`
      ]) {
        assert.strictEqual((yield* insideThenUndone(tenant.id, refusal(attempt))).code, "42501")
      }
      // Nor does anybody else who could log in, or be become: no role but the owner of the tables has the right.
      const { asAdmin } = yield* TestDatabase
      const able = yield* asAdmin(
        Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql`
            SELECT r.rolname FROM pg_roles r WHERE r.rolname LIKE 'vendo%' AND r.rolname <> 'vendo_owner'
              AND has_table_privilege(r.oid, 'broker.ledger', 'UPDATE, DELETE, TRUNCATE')`
        )
      )
      assert.deepStrictEqual(able, [])
      // And the owner, who has it, is shown no row to use it on.
      const gone = yield* asAdmin(
        Effect.flatMap(SqlClient.SqlClient, (sql) =>
          sql.withTransaction(
            Effect.andThen(sql`SET LOCAL ROLE vendo_owner`, sql`DELETE FROM broker.ledger RETURNING id`)
          )
        )
      )
      assert.deepStrictEqual(gone, [])
    })
  )

  it.effect("is seen inside its tenant and nowhere else", () =>
    Effect.gen(function* () {
      const [mine, theirs] = [yield* made, yield* made]
      const sql = yield* SqlClient.SqlClient
      const all = sql<{ readonly id: string }>`SELECT id FROM broker.ledger`
      assert.deepStrictEqual(yield* all, [])
      assert.deepStrictEqual(yield* insideThenUndone(mine.tenant.id, all), [{ id: mine.credit.id }])
      const planted = sql`INSERT INTO broker.ledger (tenant_id, id, kind, amount_micros, reference)
        VALUES (${theirs.tenant.id}, ${crypto.randomUUID()}, 'credit', 1, 'mine')`
      assert.strictEqual((yield* insideThenUndone(mine.tenant.id, refusal(planted))).code, "42501")
      const caps = sql`INSERT INTO broker.spend_caps (tenant_id, app_id) VALUES (${theirs.tenant.id}, ${theirs.app.id})`
      assert.strictEqual((yield* insideThenUndone(mine.tenant.id, refusal(caps))).code, "42501")
    })
  )

  it.effect("takes credit that is the tenant's, and usage that is less than nothing, of one app at one provider", () =>
    Effect.gen(function* () {
      const { app, tenant } = yield* made
      const sql = yield* SqlClient.SqlClient
      const insert = (kind: string, amount: number, of: string | null, provider: string | null) =>
        sql`INSERT INTO broker.ledger (tenant_id, id, kind, amount_micros, app_id, provider, reference)
          VALUES (${tenant.id}, ${crypto.randomUUID()}, ${kind}, ${String(amount)}::text::bigint, ${of}::uuid,
            ${provider}::text, ${crypto.randomUUID()})`
      for (const wrong of [
        insert("usage", 1, app.id, "openai"),
        insert("usage", 0, app.id, "openai"),
        insert("usage", -1, null, "openai"),
        insert("usage", -1, app.id, null),
        insert("credit", 0, null, null),
        insert("credit", 1, app.id, null),
        insert("credit", 1, null, "openai"),
        insert("gift", 1, null, null)
      ]) {
        assert.strictEqual((yield* insideThenUndone(tenant.id, refusal(wrong))).code, "23514")
      }
      const { app: foreign } = yield* made
      const nowhere = insert("usage", -1, foreign.id, "openai")
      assert.strictEqual((yield* insideThenUndone(tenant.id, refusal(nowhere))).code, "23503")
      yield* insideThenUndone(tenant.id, insert("usage", -1, app.id, "openai"))
    })
  )
})
