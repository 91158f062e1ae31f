/** What the administrator of a database does to it, wherever it is. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { asDatabase } from "@vendodev/testing/Postgres"

/** Runs statements, which may say anything, on a connection of their own. */
export const administer = (url: string, statements: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
  ).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }), { local: true }), Effect.orDie)

/** Runs `work` while nobody can reach the database of that name. */
export const duringOutage =
  (url: string, name: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const others = asDatabase(url, "postgres")
    return Effect.acquireUseRelease(
      administer(others, [
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}'`
      ]),
      () => work,
      () => administer(others, [`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`])
    )
  }
