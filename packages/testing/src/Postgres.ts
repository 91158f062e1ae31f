/** A migrated database of its own for whoever asks, dropped when the scope closes. */
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { inject } from "vitest"
import { serverRole } from "@vendodev/broker/database/Migrations"

/** The same server and account, another database. */
export const asDatabase = (url: string, database: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** Where the database of this test is, for the administrator and for the server's role. */
export class TestDatabase extends Context.Service<
  TestDatabase,
  {
    readonly name: string
    readonly adminUrl: string
    readonly serverUrl: string
    /** Runs `work` as the administrator of this database. */
    readonly asAdmin: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, Exclude<R, SqlClient.SqlClient>>
  }
>()("@vendodev/testing/TestDatabase") {}

const on = (url: string) => PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })

const database = Effect.gen(function* () {
  const adminUrl = inject("adminUrl")
  const template = inject("template")
  const name = `vendo_test_${crypto.randomUUID().replaceAll("-", "")}`
  const asCluster = <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.provide(work, on(asDatabase(adminUrl, "postgres")), { local: true }).pipe(Effect.orDie)

  yield* Effect.acquireRelease(
    asCluster(
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template)}`)
    ),
    () => asCluster(Effect.flatMap(SqlClient.SqlClient, (sql) => sql`DROP DATABASE ${sql(name)} WITH (FORCE)`))
  )
  const server = new URL(asDatabase(adminUrl, name))
  server.username = serverRole
  server.password = inject("serverPassword")
  const own = asDatabase(adminUrl, name)
  return TestDatabase.of({
    name,
    adminUrl: own,
    serverUrl: server.href,
    asAdmin: (work) => Effect.provide(work, on(own), { local: true }).pipe(Effect.catchTag("SqlError", Effect.die))
  })
})

/** Time that is only said to pass closes no connection, nor does it run out while one is being opened. */
const timeless = { idleTimeout: Duration.infinity, connectTimeout: Duration.infinity }

/** `TestDatabase`, and `SqlClient` as the server's own role, just as the service has it. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { serverUrl } = yield* TestDatabase
    return PgClient.layer({ url: Redacted.make(serverUrl), maxConnections: 8, ...timeless })
  })
).pipe(Layer.provideMerge(Layer.effect(TestDatabase, database)), Layer.orDie)

/** The administrator's hand on the test database, on a connection that stays open. */
export class Administrator extends Context.Service<Administrator, SqlClient.SqlClient>()(
  "@vendodev/testing/Administrator"
) {
  static readonly layer = Layer.unwrap(
    Effect.map(TestDatabase, ({ adminUrl }) =>
      Layer.effect(Administrator, SqlClient.SqlClient).pipe(Layer.provide(Layer.fresh(on(adminUrl))), Layer.orDie)
    )
  )
}
