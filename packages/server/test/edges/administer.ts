/** What only the administrator of the database can do to it, behind the server's back. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted, Schedule } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { SqlClient } from "effect/sql"
import { serverRole } from "@vendodev/broker/database/Migrations"
import { asDatabase, TestDatabase } from "@vendodev/testing/Postgres"

const connect = (url: string) =>
  Effect.provide(PgClient.make({ url: Redacted.make(url), maxConnections: 1 }), Reactivity.layer)

/** Runs statements one after the other. */
export const administer = Effect.fnUntraced(function* (...statements: ReadonlyArray<string>) {
  const { asAdmin } = yield* TestDatabase
  yield* asAdmin(
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      Effect.orDie(Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true }))
    )
  )
})

/** Runs `work` while a transaction holds what `statement` locks, and gives it back whatever comes. */
export const holding = <A, E, R>(statement: string, work: Effect.Effect<A, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { adminUrl } = yield* TestDatabase
      const sql = yield* connect(adminUrl)
      const connection = yield* sql.reserve
      const run = (text: string) => connection.executeRaw(text, [])
      yield* Effect.acquireRelease(run("BEGIN"), () => Effect.orDie(run("ROLLBACK")))
      yield* run(statement)
    }).pipe(Effect.orDie, Effect.andThen(work))
  )

/** Runs `work` with `change` made, and undoes it whatever comes. */
export const changed = <A, E, R>(change: string, undo: string, work: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    administer(change),
    () => work,
    () => administer(undo)
  )

/** As the administrator, beside this database and not in it. */
const beside = <A, E>(work: (sql: SqlClient.SqlClient, name: string) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const { adminUrl, name } = yield* TestDatabase
    const sql = yield* connect(asDatabase(adminUrl, "postgres"))
    return yield* work(sql, name)
  }).pipe(Effect.scoped, Effect.orDie)

const terminate = (sql: SqlClient.SqlClient, name: string) =>
  sql`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ${name} AND usename = ${serverRole}`

const without =
  (shut: string, open: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      beside((sql, name) => Effect.andThen(sql.unsafe(`ALTER DATABASE ${name} ${shut}`), terminate(sql, name))),
      () => work,
      // Who connected meanwhile connected under these terms.
      () => beside((sql, name) => Effect.andThen(sql.unsafe(`ALTER DATABASE ${name} ${open}`), terminate(sql, name)))
    )

/** Runs `work` while the server has no connection to this database and gets none, as when there are too many. */
export const outOfReach = without("CONNECTION LIMIT 0", "CONNECTION LIMIT -1")

/** As `outOfReach`, but the database refuses everybody. */
export const closed = without("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true")

/** Runs `work` while nothing can be written to this database, as after a failover or on a full disk. */
export const readOnly = without("SET default_transaction_read_only = on", "RESET default_transaction_read_only")

/** Waits until somebody stands before a lock: what comes next is up to whoever holds it. */
export const somebodyWaits = beside((sql, name) =>
  sql`SELECT 1 FROM pg_stat_activity WHERE datname = ${name} AND wait_event_type = 'Lock'`.pipe(
    Effect.filterOrFail((found) => found.length > 0),
    Effect.retry({ times: 200, schedule: Schedule.spaced("10 millis") })
  )
)

interface Asked {
  readonly pid: number
  readonly at: string | null
  readonly query: string
}

/** When each connection of the server was last sent a statement. */
export const lastAsked = beside(
  (sql, name) =>
    sql<Asked>`
      SELECT pid, query_start::text AS at, query FROM pg_stat_activity
      WHERE datname = ${name} AND usename = ${serverRole} ORDER BY pid
    `.withoutTransform
)

/** What a process does in its own time, whoever asks it something. */
const own = /^$|^LISTEN |gate\.(?:claim_revocation|forget_visits)\(/

/** The statements that were sent since, for somebody. */
export const askedSince = (before: ReadonlyArray<Asked>) =>
  Effect.map(lastAsked, (now) =>
    now.filter(
      ({ at, pid, query }) => !own.test(query) && !before.some((known) => known.pid === pid && known.at === at)
    )
  )
