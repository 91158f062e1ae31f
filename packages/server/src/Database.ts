/**
 * The database as the server's own role, from wherever it comes: `DATABASE_URL`,
 * or an embedded Postgres. Both get the same checks.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { randomBytes } from "node:crypto"
import * as Migrations from "@vendodev/broker/database/Migrations"
import { sqlFields } from "@vendodev/broker/database/orUnavailable"
import * as EmbeddedPostgres from "./EmbeddedPostgres.ts"
import { Settings } from "./Settings.ts"

/** Work as the administrator of the database: only where we run it ourselves. */
export class Administrator extends Context.Service<
  Administrator,
  {
    readonly run: Option.Option<
      <A, E, R>(
        work: Effect.Effect<A, E, R>
      ) => Effect.Effect<A, E | SqlError.SqlError, Exclude<R, SqlClient.SqlClient>>
    >
  }
>()("@vendodev/server/Administrator") {}

const database = "vendo"

/** No statement may hold a connection for long; none waits for a lock that is not coming. */
const session = {
  statement_timeout: "2s",
  lock_timeout: "1s",
  idle_in_transaction_session_timeout: "5s"
}

const serverOptions = {
  applicationName: "vendo",
  maxConnections: 10,
  minConnections: 2,
  connectTimeout: "2 seconds",
  startupParameters: session
} as const

/** Runs `work` on one administrator's connection that is closed afterwards. */
export const asAdministrator =
  (config: PgClient.PgClientConfig) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, Exclude<R, SqlClient.SqlClient>> =>
    Effect.provide(work, PgClient.layer({ ...config, maxConnections: 1 }), { local: true })

const unreachable: Readonly<Record<string, string>> = {
  ERR_INVALID_URL: "this is no URL",
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  "28P01": "this user and password are refused",
  "28000": "this user is refused",
  "3D000": "there is no database of this name"
}

const urlHint =
  "start Postgres, or correct postgres://<user>:<password>@<host>:<port>/<database>, odd characters as %xx"

/** Names the variable whose database can not be reached. Of its URL, which holds a password, nothing is repeated. */
export const connecting =
  (variable: string) =>
  <A, E, R>(
    self: Effect.Effect<A, E | SqlError.SqlError, R>
  ): Effect.Effect<A, E | SqlError.SqlError | Migrations.DatabaseNotReady, R> =>
    Effect.mapError(self, (error) => {
      if (!SqlError.isSqlError(error) || error.reason.operation !== "connect") return error
      const { code } = sqlFields(error)
      const reason = unreachable[code] ?? `no connection comes about ${code}`.trimEnd()
      return new Migrations.DatabaseNotReady({ problems: [`${variable}: ${reason}; ${urlHint}`] })
    })

const embedded = (dataDir: string) =>
  Effect.gen(function* () {
    const cluster = yield* EmbeddedPostgres.start({ dataDir })
    const as = (name: string) => EmbeddedPostgres.clientConfig(cluster, { database: name, ...cluster.superuser })
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const found = yield* sql`SELECT FROM pg_database WHERE datname = ${database}`
      if (found.length === 0) yield* sql`CREATE DATABASE ${sql(database)}`
    }).pipe(asAdministrator(as("postgres")))

    // Known to this process alone, and new at every start.
    const password = Redacted.make(randomBytes(32).toString("base64url"))
    yield* Effect.gen(function* () {
      yield* Migrations.prepare
      yield* Migrations.setServerPassword(password)
    }).pipe(asAdministrator(as(database)))

    return {
      server: EmbeddedPostgres.clientConfig(cluster, { database, username: Migrations.serverRole, password }),
      administrator: Option.some(asAdministrator(as(database)))
    }
  })

/** `SqlClient` as the server's role, verified; and the administrator, where there is one. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { databaseUrl, dataDir } = yield* Settings
    const { administrator, server } = Option.isSome(databaseUrl)
      ? { server: { url: databaseUrl.value }, administrator: Option.none() }
      : yield* embedded(dataDir)
    const verified = Layer.effectDiscard(Migrations.verify).pipe(
      Layer.provideMerge(PgClient.layer({ ...server, ...serverOptions }))
    )
    return Layer.effectContext(Layer.build(verified).pipe(connecting("DATABASE_URL"))).pipe(
      Layer.merge(Layer.succeed(Administrator, { run: administrator }))
    )
  })
)
