import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Fixture from "@vendodev/testing/Fixture"
import { insideThenUndone, type Refusal, refusal } from "./session.ts"

const random = () => crypto.randomUUID()
const hash = () => crypto.getRandomValues(new Uint8Array(32))

layer(Fixture.layer)("A reference to another tenant's row", (it) => {
  it.effect("is refused like one to a row that does not exist, by direct SQL inside a tenant", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const bound = Fixture.makeBound({ slug: "notion", credential: "ntn_of_one_tenant" })
      const [mine, theirs] = [yield* bound, yield* bound]
      const { id: tenant } = mine.tenant

      const bind = (app: string, connection: string) =>
        sql`INSERT INTO broker.app_connection_bindings
          (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot, user_subject)
          VALUES (${tenant}, ${app}, 'production', ${connection}, 'notion', false,
            decode(replace(${connection}::text, '-', ''), 'hex'), '')
          ON CONFLICT (tenant_id, app_id, integration, user_subject) DO UPDATE SET
            connection_id = excluded.connection_id, slot = excluded.slot`
      const mint = (app: string | null, connection: string | null) =>
        sql`INSERT INTO broker.app_keys (tenant_id, id, app_id, connection_id, key_hash, pepper_id, hint)
          VALUES (${tenant}, ${random()}, ${app}::uuid, ${connection}::uuid, ${hash()}, 1, 'vendo_sk_abcd')`
      const rebind = (connection: string) =>
        sql`UPDATE broker.app_connection_bindings SET connection_id = ${connection},
          slot = decode(replace(${connection}::text, '-', ''), 'hex')`

      const references: ReadonlyArray<readonly [foreign: string, (id: string) => ReturnType<typeof bind>]> = [
        [theirs.connection.id, (id) => bind(mine.app.id, id)],
        [theirs.connection.id, rebind],
        [theirs.app.id, (id) => bind(id, mine.connection.id)],
        [theirs.app.id, (id) => mint(id, null)],
        [theirs.connection.id, (id) => mint(null, id)]
      ]
      // The id itself, and its bytes as they are in a slot, are all that may differ.
      const without = (id: string, { said, ...rest }: Refusal) => ({
        ...rest,
        said: said.replaceAll(id, "…").replaceAll(id.replaceAll("-", ""), "…")
      })
      for (const [foreign, refer] of references) {
        const absent = random()
        const [toForeign, toAbsent] = [
          yield* insideThenUndone(tenant, refusal(refer(foreign))),
          yield* insideThenUndone(tenant, refusal(refer(absent)))
        ]
        assert.strictEqual(toForeign.code, "23503")
        assert.deepStrictEqual(without(foreign, toForeign), without(absent, toAbsent))
      }
    })
  )

  it.effect("a binding can not lie about its integration, its exclusivity or its app's kind", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { app, connection, tenant } = yield* Fixture.makeBound({
        slug: "telegram",
        credential: `4711:${"a".repeat(35)}`
      })
      yield* insideThenUndone(
        tenant.id,
        Effect.gen(function* () {
          for (const lie of [
            sql`UPDATE broker.app_connection_bindings SET exclusive = false`,
            sql`UPDATE broker.app_connection_bindings SET integration = 'notion'`,
            sql`UPDATE broker.app_connection_bindings SET slot = ${hash()}`,
            sql`UPDATE broker.app_connection_bindings SET app_kind = 'sandbox', exclusive = false`,
            sql`UPDATE broker.connections SET exclusive = false WHERE id = ${connection.id}`,
            sql`INSERT INTO broker.app_connection_bindings SELECT tenant_id, app_id, app_kind, connection_id, 'notion',
              false, slot, user_subject FROM broker.app_connection_bindings WHERE app_id = ${app.id}`
          ]) {
            yield* sql`SAVEPOINT lie`
            assert.strictEqual((yield* refusal(lie)).code, "23503")
            yield* sql`ROLLBACK TO SAVEPOINT lie`
          }
        })
      )
    })
  )
})
