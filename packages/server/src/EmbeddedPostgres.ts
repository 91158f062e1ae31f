import type * as PgClient from "@effect/sql-pg/PgClient"
import { Clock, Effect, FileSystem, Path, type Redacted } from "effect"
import * as DirectoryLock from "./embedded/DirectoryLock.ts"
import { EmbeddedPostgresError } from "./embedded/EmbeddedPostgresError.ts"
import { initialize, superuser } from "./embedded/initialize.ts"
import { makeSocketDirectory, place } from "./embedded/Placement.ts"
import { supervise } from "./embedded/Postmaster.ts"
import { findPackage, reachable } from "./embedded/Programs.ts"

export { EmbeddedPostgresError } from "./embedded/EmbeddedPostgresError.ts"

export interface Cluster {
  /** Directory of the Unix socket; there is no TCP listener. */
  readonly socketDirectory: string
  /** Names the socket file only: `.s.PGSQL.<port>`. */
  readonly port: number
  readonly superuser: { readonly username: string; readonly password: Redacted.Redacted }
  /** Where the cluster's files really are: `<dataDir>/postgres`, unless that is a link. */
  readonly dataDirectory: string
}

const port = 5432

/**
 * A Postgres 18 of our own below `<dataDir>/postgres`, created when it is new, accepting connections when this answers,
 * started again whenever it ends by itself, and stopped when the scope closes. One that an earlier process left behind
 * is stopped first. `settings` are configuration parameters, and win over ours.
 *
 * Run by root, it belongs to an unprivileged account; where that may not enter `dataDir` the cluster is kept below
 * `/var/lib/vendo` and `<dataDir>/postgres` is a link to it.
 *
 * Fails with `EmbeddedPostgresError` when this system has no embedded Postgres, when another server is using `dataDir`,
 * when there is no place for the files, and when Postgres does not start within thirty seconds.
 */
export const start = Effect.fn("EmbeddedPostgres.start")(
  function* (options: { readonly dataDir: string; readonly settings?: Readonly<Record<string, string>> }) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const settings = options.settings ?? {}
    const found = yield* findPackage()
    const placement = yield* place(options.dataDir)
    const { account } = placement

    yield* DirectoryLock.hold(path.join(placement.home, "lock")).pipe(
      Effect.catchIf(
        (error) => error === "held by another process",
        () =>
          new EmbeddedPostgresError({
            message: `another server is using ${options.dataDir}; stop it or set VENDO_DATA_DIR`
          })
      )
    )
    const programs = path.join(yield* reachable(found, account), "bin")
    const password = yield* initialize({
      programs,
      dataDirectory: placement.dataDirectory,
      passwordFile: path.resolve(options.dataDir, "postgres-superuser"),
      account,
      durable: settings["fsync"] !== "off"
    })
    const dataDirectory = yield* fs.realPath(placement.dataDirectory)
    const socketDirectory = yield* makeSocketDirectory(placement, port)
    yield* supervise({
      program: path.join(programs, "postgres"),
      dataDirectory,
      socketDirectory,
      port,
      logFile: path.resolve(options.dataDir, "postgres.log"),
      account,
      settings
    })
    const cluster: Cluster = { socketDirectory, port, superuser: { username: superuser, password }, dataDirectory }
    return cluster
  },
  (effect, { dataDir }) =>
    Effect.mapError(effect, (error) =>
      error instanceof EmbeddedPostgresError
        ? error
        : new EmbeddedPostgresError({
            message: `The embedded Postgres cannot use ${dataDir}: ${error.message}. Make it writable, set VENDO_DATA_DIR to another directory, or set DATABASE_URL.`
          })
    ),
  // The processes we wait for know no other clock, also where a test has stopped ours.
  Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
)

/** How a client reaches one database of the cluster as one role: a host that begins with `/` is a socket's directory. */
export const clientConfig = (
  cluster: Cluster,
  options: { readonly database: string; readonly username: string; readonly password: Redacted.Redacted }
) => ({ host: cluster.socketDirectory, port: cluster.port, ...options }) satisfies PgClient.PgPoolConfig
