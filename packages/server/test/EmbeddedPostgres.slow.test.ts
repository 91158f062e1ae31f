import { assert, it } from "@effect/vitest"
import { Effect, Exit, FileSystem, Redacted } from "effect"
import { spawn } from "node:child_process"
import { nobody, weAreRoot } from "../src/embedded/Account.ts"
import { start } from "../src/EmbeddedPostgres.ts"
import {
  connect,
  directory,
  eventually,
  holder,
  isRunning,
  Platform,
  postmasterOf,
  read,
  settings,
  write
} from "./fixtures/cluster.ts"

it.layer(Platform)("EmbeddedPostgres, where a test has stopped the clock,", (it) => {
  it.effect("answers over its socket to the superuser's password, and to no other", () =>
    Effect.gen(function* () {
      const cluster = yield* start({ dataDir: yield* directory(), settings })
      const sql = yield* connect(cluster)
      const rows = yield* sql`
        SELECT current_user AS "user", current_setting('server_encoding') AS encoding, version() LIKE '% 18.%' AS is18,
          current_setting('listen_addresses') AS tcp, current_setting('fsync') AS fsync
      `
      assert.deepStrictEqual(rows, [{ user: "postgres", encoding: "UTF8", is18: true, tcp: "", fsync: "off" }])
      const stranger = yield* connect(cluster, Redacted.make("wrong"))
      const refused = yield* Effect.flip(stranger`SELECT 1`)
      assert.strictEqual(refused.reason._tag, "AuthenticationError")
    })
  )
})

it.layer(Platform, { excludeTestServices: true })("EmbeddedPostgres", (it) => {
  it.effect("keeps its data over a stop", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory()
      const first = yield* Effect.scoped(
        Effect.gen(function* () {
          const cluster = yield* start({ dataDir, settings })
          yield* write(cluster)
          return { ...cluster, pid: yield* postmasterOf(cluster.dataDirectory) }
        })
      )
      assert.isFalse(yield* isRunning(first.pid))
      const again = yield* start({ dataDir, settings })
      assert.deepStrictEqual(yield* read(again), [{ word: "kept" }])
      assert.strictEqual(Redacted.value(again.superuser.password), Redacted.value(first.superuser.password))
      const fs = yield* FileSystem.FileSystem
      assert.strictEqual((yield* fs.stat(`${dataDir}/postgres-superuser`)).mode & 0o777, 0o600)
    })
  )

  it.effect("replaces the postmaster that outlived a killed process", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory()
      yield* Effect.scoped(Effect.flatMap(start({ dataDir, settings }), write))
      const child = yield* holder(dataDir)
      const survivor = yield* postmasterOf(`${dataDir}/postgres`)
      yield* child.kill({ killSignal: "SIGKILL" })
      assert.isTrue(yield* isRunning(survivor))

      const cluster = yield* start({ dataDir, settings })
      assert.isFalse(yield* isRunning(survivor))
      assert.notStrictEqual(yield* postmasterOf(cluster.dataDirectory), survivor)
      assert.deepStrictEqual(yield* read(cluster), [{ word: "kept" }])
    })
  )

  it.effect("refuses a directory which another process is using", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory()
      const child = yield* holder(dataDir)
      const postmaster = yield* postmasterOf(`${dataDir}/postgres`)
      const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings })))
      assert.strictEqual(refused.message, `another server is using ${dataDir}; stop it or set VENDO_DATA_DIR`)
      assert.isTrue(yield* isRunning(postmaster))
      yield* child.kill()
      assert.isFalse(yield* isRunning(postmaster))
    })
  )

  it.effect("lets one of many that start at once have the directory", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory()
      const exits = yield* Effect.forEach([1, 2, 3, 4], () => Effect.exit(start({ dataDir, settings })), {
        concurrency: "unbounded"
      })
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 1)
    })
  )

  it.effect("neither kills nor minds a program that has the pid of an old postmaster", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* directory()
      const { dataDirectory } = yield* Effect.scoped(Effect.tap(start({ dataDir, settings }), write))
      const account = weAreRoot() ? nobody : {}
      const innocent = yield* Effect.acquireRelease(
        // the same account and directory: nothing but its name tells it from a postmaster
        Effect.sync(() => spawn("sleep", ["600"], { ...account, cwd: dataDirectory, stdio: "ignore" })),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const pid = innocent.pid ?? 0
      const lines = [pid, dataDirectory, 1790000000, 5432, `${dataDir}/postgres-socket`, "", "  1 1", "ready   ", ""]
      yield* fs.writeFileString(`${dataDirectory}/postmaster.pid`, lines.join("\n"), { mode: 0o600 })
      if (weAreRoot()) yield* fs.chown(`${dataDirectory}/postmaster.pid`, nobody.uid, nobody.gid)

      const cluster = yield* start({ dataDir, settings })
      assert.deepStrictEqual(yield* read(cluster), [{ word: "kept" }])
      assert.isTrue(yield* isRunning(pid))
    })
  )

  it.effect("works where the path is too long for a socket", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = `${yield* directory()}/${"a rather, long name/".repeat(6)}data`
      const socketDirectory = yield* Effect.scoped(
        Effect.gen(function* () {
          const cluster = yield* start({ dataDir, settings })
          yield* write(cluster)
          assert.deepStrictEqual(yield* read(cluster), [{ word: "kept" }])
          const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings })))
          assert.include(refused.message, "another server")
          return cluster.socketDirectory
        })
      )
      assert.isFalse(yield* fs.exists(socketDirectory))
    })
  )

  it.effect("comes back when its postmaster is killed, with the same data and clients", () =>
    Effect.gen(function* () {
      const cluster = yield* start({ dataDir: yield* directory(), settings })
      yield* write(cluster)
      const sql = yield* connect(cluster)
      yield* sql`SELECT 1`
      // too busy to notice that its postmaster is gone
      const busy = yield* connect(cluster)
      const loop = busy`DO $$ BEGIN PERFORM pg_advisory_lock(1); LOOP END LOOP; END $$`
      yield* Effect.forkScoped(Effect.ignore(loop))
      const isBusy = Effect.map(sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'`, (rows) => rows.length === 1)
      yield* eventually(Effect.filterOrFail(isBusy, (yes) => yes))
      const pid = yield* postmasterOf(cluster.dataDirectory)
      yield* Effect.sync(() => process.kill(pid, "SIGKILL"))
      yield* eventually(Effect.filterOrFail(postmasterOf(cluster.dataDirectory), (now) => now !== pid))
      assert.deepStrictEqual(yield* eventually(sql`SELECT word FROM kept`), [{ word: "kept" }])
    })
  )

  it.effect("begins anew where an earlier start did not finish creating the cluster", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* directory()
      yield* fs.makeDirectory(`${dataDir}/postgres.initializing-crash/postgres`, { recursive: true })
      yield* fs.writeFileString(`${dataDir}/postgres.initializing-crash/postgres/PG_VERSION`, "18\n")
      yield* fs.writeFileString(`${dataDir}/postgres-superuser`, "of the cluster that never was\n")
      yield* Effect.flatMap(start({ dataDir, settings }), write)
      const names = yield* fs.readDirectory(dataDir)
      assert.deepStrictEqual(
        names.filter((name) => name.includes("initializing")),
        []
      )
    })
  )

  it.effect("does not pass an empty database off as one that was lost", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* directory()
      const { dataDirectory } = yield* Effect.scoped(start({ dataDir, settings }))
      yield* fs.rename(dataDirectory, `${dataDirectory}.lost`)
      const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings })))
      assert.include(refused.message, `remove ${dataDir}/postgres-superuser to start with an empty one`)
    })
  )

  it.effect("writes neither statements nor values to its log", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* directory()
      const cluster = yield* start({ dataDir, settings })
      yield* write(cluster)
      const sql = yield* connect(cluster)
      yield* Effect.flip(sql`INSERT INTO kept VALUES (${"kept"})`)
      yield* Effect.flip(sql`SELECT ${"hidden"}::text::int`)
      yield* Effect.flip(sql`SELECT 'hidden' FROM hidden`)
      const log = yield* fs.readFileString(`${dataDir}/postgres.log`)
      assert.include(log, "ready to accept connections")
      assert.notMatch(log, /hidden|kept/)
      assert.notInclude(log, Redacted.value(cluster.superuser.password))
    })
  )

  it.effect("says what its log says when it cannot start", () =>
    Effect.gen(function* () {
      const dataDir = yield* directory()
      const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings: { ...settings, work_mem: "x" } })))
      assert.include(refused.message, `invalid value for parameter "work_mem"`)
    })
  )
})
