import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { insideThenUndone, refusal, untilBlocked } from "../database/session.ts"
import { addApp, bind, binders, paste, races, unbind } from "./exclusive/races.ts"

const rounds = 40
const notion = IntegrationSlug.make("notion")

layer(Fixture.layer)("An exclusive credential", (it) => {
  it.effect(
    `has one consumer after each of ${rounds} races of ${binders.length}, and none once that is gone`,
    () => races(rounds),
    3 * 60_000
  )

  it.effect("is never given to a sandbox, by whatever way", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      const sandbox = yield* addApp(made, "sandbox", "sandbox")
      const connection = yield* paste(made, 31)
      const sql = yield* SqlClient.SqlClient
      const inSandbox = { made, app: sandbox, connection }
      assert.strictEqual((yield* Effect.flip(bind(inSandbox)))._tag, "forbidden")
      yield* bind({ ...inSandbox, app: made.app })
      assert.deepInclude(yield* Effect.flip(bind(inSandbox)), {
        _tag: "connection_in_use",
        bound_to: { app_id: made.app.id, app_slug: made.app.slug, app_name: made.app.name }
      })
      yield* unbind({ ...inSandbox, app: made.app })

      const insert = (kind: string, exclusive: boolean) =>
        sql`INSERT INTO broker.app_connection_bindings
            (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot)
          SELECT ${made.tenant.id}, ${sandbox.id}, ${kind}, id, integration, ${exclusive}, slot
          FROM broker.connections WHERE id = ${connection}`
      const lies = [
        { code: "23514", constraint: "sandbox_never_exclusive", lie: insert("sandbox", true) },
        // Claiming another kind, or a credential that is not exclusive, fails at the foreign keys.
        {
          code: "23503",
          constraint: "app_connection_bindings_tenant_id_app_id_app_kind_fkey",
          lie: insert("production", true)
        },
        { code: "23503", lie: insert("sandbox", false) },
        { code: "42501", lie: sql`UPDATE broker.apps SET kind = 'production'` }
      ]
      for (const { lie, ...expected } of lies) {
        assert.deepInclude(yield* insideThenUndone(made.tenant.id, refusal(lie)), expected)
      }
    })
  )

  it.effect("can not become a sandbox's by its app turning into one, even for the administrator", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      yield* bind({ made, app: made.app, connection: yield* paste(made, 32) })
      const { asAdmin } = yield* TestDatabase
      const turned = yield* asAdmin(
        Effect.flatMap(SqlClient.SqlClient, (sql) =>
          refusal(sql`UPDATE broker.apps SET kind = 'sandbox' WHERE id = ${made.app.id}`)
        )
      )
      assert.strictEqual(turned.code, "23503")
    })
  )

  it.effect("of another tenant is said to be in use, and not by whom", () =>
    Effect.gen(function* () {
      const [holder, other] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      yield* bind({ made: holder, app: holder.app, connection: yield* paste(holder, 33) })
      const refused = yield* Effect.flip(bind({ made: other, app: other.app, connection: yield* paste(other, 33, 2) }))
      assert.deepInclude(refused, { _tag: "connection_in_use", bound_to: null })
      for (const secret of [holder.tenant.id, holder.tenant.slug, holder.app.id]) {
        assert.notInclude(JSON.stringify(refused), secret)
      }
    })
  )

  it.effect("bound while it is being revoked is refused as revoked", () =>
    Effect.gen(function* () {
      const made = yield* Fixture.makeTenant()
      const connection = yield* paste(made, 34)
      const { asAdmin } = yield* TestDatabase
      yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const binding = yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`UPDATE broker.connections SET status = 'revoked', revoked_at = now(), secret_box = NULL,
                dek_version = NULL, slot = uuid_send(id) WHERE id = ${connection}`
              const binding = yield* Effect.forkChild(Effect.flip(bind({ made, app: made.app, connection })))
              yield* untilBlocked
              return binding
            })
          )
          assert.strictEqual((yield* Fiber.join(binding))._tag, "connection_revoked")
        })
      )
    })
  )

  it.effect("can not be made of one that two apps share", () =>
    Effect.gen(function* () {
      const { app, connection, made } = yield* Effect.map(
        Fixture.makeBound({ slug: "notion", credential: "ntn_of_two_apps" }),
        (bound) => ({ ...bound, made: bound })
      )
      const second = yield* addApp(made, "second")
      const { asAdmin } = yield* TestDatabase
      const flip = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`UPDATE broker.integrations SET exclusive = NOT exclusive WHERE slug = ${notion}`
      )
      yield* bind({ made, app: second, connection: connection.id }, notion)
      assert.deepInclude(yield* asAdmin(refusal(flip)), { code: "23505", constraint: "one_consumer" })
      yield* unbind({ made, app: second, connection: connection.id }, notion)
      yield* asAdmin(flip)
      const refused = yield* Effect.flip(bind({ made, app: second, connection: connection.id }, notion))
      assert.deepInclude(refused, { _tag: "connection_in_use" })
      assert.strictEqual(refused._tag === "connection_in_use" ? refused.bound_to?.app_id : "", app.id)
    })
  )
})
