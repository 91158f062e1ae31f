/** What must be true of the rows afterwards, whatever was asked and whoever died. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestDatabase } from "@vendodev/testing/Postgres"

interface Deployed {
  readonly id: string
  readonly slug: string
  readonly manifested: ReadonlyArray<string>
  readonly bound: ReadonlyArray<string>
  readonly connections: ReadonlyArray<string>
  readonly keys: number
  readonly steps: ReadonlyArray<string>
  readonly recorded: number
}

/** Every deployment with all its parts, after nothing was found in halves or twice. */
export const whole = Effect.gen(function* () {
  const { asAdmin } = yield* TestDatabase
  return yield* asAdmin(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const deployments = yield* sql<Deployed>`
        SELECT d.app_id AS id, a.slug,
          ARRAY(SELECT jsonb_array_elements_text(d.manifest -> 'integrations') ORDER BY 1) AS manifested,
          ARRAY(SELECT b.integration FROM broker.app_connection_bindings b
            WHERE b.tenant_id = d.tenant_id AND b.app_id = d.app_id ORDER BY 1) AS bound,
          ARRAY(SELECT b.connection_id::text FROM broker.app_connection_bindings b
            WHERE b.tenant_id = d.tenant_id AND b.app_id = d.app_id ORDER BY b.integration) AS connections,
          (SELECT count(*)::int FROM broker.app_keys k WHERE k.tenant_id = d.tenant_id AND k.app_id = d.app_id) AS keys,
          ARRAY(SELECT s.to_status FROM broker.deployment_steps s
            WHERE s.tenant_id = d.tenant_id AND s.app_id = d.app_id ORDER BY s.id) AS steps,
          (SELECT count(*)::int FROM broker.audit l WHERE l.tenant_id = d.tenant_id
            AND l.body ->> 'action' = 'deployment.install' AND l.body -> 'object' ->> 'id' = d.app_id::text) AS recorded
        FROM broker.deployments d JOIN broker.apps a ON a.tenant_id = d.tenant_id AND a.id = d.app_id
      `
      for (const { bound, keys, manifested, recorded, slug, steps } of deployments) {
        assert.deepStrictEqual(
          { bound, keys, recorded, steps },
          { bound: manifested, keys: 1, recorded: 1, steps: ["installed"] },
          slug
        )
      }

      const [left] = yield* sql<{ readonly apps: number; readonly keys: number }>`
        SELECT
          (SELECT count(*)::int FROM broker.apps a WHERE a.slug NOT IN ('x', 'y', 'z') AND NOT EXISTS (
            SELECT FROM broker.deployments d WHERE d.tenant_id = a.tenant_id AND d.app_id = a.id)) AS apps,
          (SELECT count(*)::int FROM broker.idempotency_keys WHERE answer_box IS NULL) AS keys
      `
      assert.deepStrictEqual(left, { apps: 0, keys: 0 })

      const twice = yield* sql`
        SELECT c.metadata ->> 'telegram_bot_id' AS bot, count(*)::int AS consumers
        FROM broker.app_connection_bindings b JOIN broker.connections c ON c.tenant_id = b.tenant_id AND c.id = b.connection_id
        WHERE b.integration = 'telegram' GROUP BY 1 HAVING count(*) > 1
      `
      assert.deepStrictEqual(twice, [])
      return deployments
    })
  )
})

/** What the plain apps are bound to, as `app integration connection`. */
export const bindings = Effect.gen(function* () {
  const { asAdmin } = yield* TestDatabase
  const rows = yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly app: string; readonly integration: string; readonly connection: string }>`
        SELECT app_id AS app, integration, connection_id AS connection FROM broker.app_connection_bindings
      `
    )
  )
  return new Map(rows.map(({ app, connection, integration }) => [`${app} ${integration}`, connection]))
})
