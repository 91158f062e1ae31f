import * as NodeServices from "@effect/platform-node/NodeServices"
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, FileSystem, Layer, Option, Path, Redacted, Schedule, Stream } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { ChildProcess } from "effect/process"
import { spawn } from "node:child_process"
import { hash, randomBytes } from "node:crypto"
import { cp, rmdir } from "node:fs/promises"
import { nobody, weAreRoot } from "../src/embedded/Account.ts"
import { findPackage, reachable, sharedDirectory } from "../src/embedded/Programs.ts"
import { clientConfig, type Cluster, start } from "../src/EmbeddedPostgres.ts"

const settings = { fsync: "off" }
const asRoot = weAreRoot()
const fixture = new URL("fixtures/holdPostgres.ts", import.meta.url).pathname

/** For what other processes do in their own time. */
const eventually = Effect.retry({ times: 500, schedule: Schedule.spaced("20 millis") })

/** A directory which another account may enter, unless the mode says otherwise. Gone when the test ends. */
const directory = Effect.fnUntraced(function*(mode = 0o711) {
  const fs = yield* FileSystem.FileSystem
  const made = yield* fs.makeTempDirectoryScoped({ prefix: "vendo-test-" })
  yield* fs.chmod(made, mode)
  return made
})

/** What is kept outside the data directory is gone when the test ends, and so is its parent, if nothing else is there. */
const removeAfterwards = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.addFinalizer(() => Effect.ignore(Effect.tryPromise(() => rmdir(sharedDirectory))))
  yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(file, { recursive: true, force: true })))
})

const connect = (cluster: Cluster, password = cluster.superuser.password) =>
  PgClient.make({ ...clientConfig(cluster, { database: "postgres", username: "postgres", password }), maxConnections: 2 })

const write = Effect.fnUntraced(function*(cluster: Cluster) {
  const sql = yield* connect(cluster)
  yield* sql`CREATE TABLE kept (word text PRIMARY KEY)`
  yield* sql`INSERT INTO kept VALUES (${"kept"})`
}, Effect.scoped)

const read = Effect.fnUntraced(function*(cluster: Cluster) {
  const sql = yield* connect(cluster)
  return yield* sql`SELECT word FROM kept`
}, Effect.scoped)

const postmasterOf = Effect.fnUntraced(function*(dataDirectory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = yield* fs.readFileString(path.join(dataDirectory, "postmaster.pid"))
  return Number(file.split("\n")[0])
})

/** One that ended and waits for its parent to notice (a "Z") runs no more. */
const isRunning = (pid: number) =>
  Effect.scoped(Effect.gen(function*() {
    const ps = yield* ChildProcess.make("ps", ["-o", "stat=", "-p", String(pid)])
    const state = yield* Stream.mkString(Stream.decodeText(ps.stdout))
    return /^[^Z\s]/.test(state)
  }))

/** A process of its own which holds the cluster; answers when that accepts connections. */
const holder = Effect.fnUntraced(function*(dataDir: string) {
  const child = yield* ChildProcess.make(process.execPath, [fixture, dataDir], { stderr: "inherit" })
  const first = yield* child.stdout.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.filter((line) => line.startsWith("ready ")),
    Stream.runHead
  )
  assert.isTrue(Option.isSome(first))
  return child
})

const Platform = Layer.mergeAll(NodeServices.layer, Reactivity.layer)

it.layer(Platform)("EmbeddedPostgres, where a test has stopped the clock,", (it) => {
  it.effect("answers over its socket to the superuser's password, and to no other", () =>
    Effect.gen(function*() {
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
    }))

})

it.layer(Platform, { excludeTestServices: true })("EmbeddedPostgres", (it) => {
  it.effect("keeps its data over a stop", () =>
    Effect.gen(function*() {
      const dataDir = yield* directory()
      const first = yield* Effect.scoped(Effect.gen(function*() {
        const cluster = yield* start({ dataDir, settings })
        yield* write(cluster)
        return { ...cluster, pid: yield* postmasterOf(cluster.dataDirectory) }
      }))
      assert.isFalse(yield* isRunning(first.pid))
      const again = yield* start({ dataDir, settings })
      assert.deepStrictEqual(yield* read(again), [{ word: "kept" }])
      assert.strictEqual(Redacted.value(again.superuser.password), Redacted.value(first.superuser.password))
    }))

  it.effect("replaces the postmaster that outlived a killed process", () =>
    Effect.gen(function*() {
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
    }))

  it.effect("refuses a directory which another process is using", () =>
    Effect.gen(function*() {
      const dataDir = yield* directory()
      const child = yield* holder(dataDir)
      const postmaster = yield* postmasterOf(`${dataDir}/postgres`)
      const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings })))
      assert.strictEqual(refused.message, `another server is using ${dataDir}; stop it or set VENDO_DATA_DIR`)
      assert.isTrue(yield* isRunning(postmaster))
      yield* child.kill()
      assert.isFalse(yield* isRunning(postmaster))
    }))

  it.effect("lets one of many that start at once have the directory", () =>
    Effect.gen(function*() {
      const dataDir = yield* directory()
      const exits = yield* Effect.forEach([1, 2, 3, 4], () => Effect.exit(start({ dataDir, settings })), {
        concurrency: "unbounded"
      })
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 1)
    }))

  it.effect("neither kills nor minds a program that has the pid of an old postmaster", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* directory()
      const { dataDirectory } = yield* Effect.scoped(Effect.tap(start({ dataDir, settings }), write))
      const account = asRoot ? nobody : {}
      const innocent = yield* Effect.acquireRelease(
        // the same account and directory: nothing but its name tells it from a postmaster
        Effect.sync(() => spawn("sleep", ["600"], { ...account, cwd: dataDirectory, stdio: "ignore" })),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const pid = innocent.pid ?? 0
      const lines = [pid, dataDirectory, 1790000000, 5432, `${dataDir}/postgres-socket`, "", "  1 1", "ready   ", ""]
      yield* fs.writeFileString(`${dataDirectory}/postmaster.pid`, lines.join("\n"), { mode: 0o600 })
      if (asRoot) yield* fs.chown(`${dataDirectory}/postmaster.pid`, nobody.uid, nobody.gid)

      const cluster = yield* start({ dataDir, settings })
      assert.deepStrictEqual(yield* read(cluster), [{ word: "kept" }])
      assert.isTrue(yield* isRunning(pid))
    }))

  it.effect("works where the path is too long for a socket", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = `${yield* directory()}/${"a rather, long name/".repeat(6)}data`
      const socketDirectory = yield* Effect.scoped(Effect.gen(function*() {
        const cluster = yield* start({ dataDir, settings })
        yield* write(cluster)
        assert.deepStrictEqual(yield* read(cluster), [{ word: "kept" }])
        const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings })))
        assert.include(refused.message, "another server")
        return cluster.socketDirectory
      }))
      assert.isFalse(yield* fs.exists(socketDirectory))
    }))

  it.effect("comes back when its postmaster is killed, with the same data and clients", () =>
    Effect.gen(function*() {
      const cluster = yield* start({ dataDir: yield* directory(), settings })
      yield* write(cluster)
      const sql = yield* connect(cluster)
      yield* sql`SELECT 1`
      const pid = yield* postmasterOf(cluster.dataDirectory)
      yield* Effect.sync(() => process.kill(pid, "SIGKILL"))
      yield* eventually(Effect.filterOrFail(postmasterOf(cluster.dataDirectory), (now) => now !== pid))
      assert.deepStrictEqual(yield* eventually(sql`SELECT word FROM kept`), [{ word: "kept" }])
    }))

  it.effect("begins anew where an earlier start did not finish creating the cluster", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* directory()
      yield* fs.makeDirectory(`${dataDir}/postgres.initializing-crash/postgres`, { recursive: true })
      yield* fs.writeFileString(`${dataDir}/postgres.initializing-crash/postgres/PG_VERSION`, "18\n")
      yield* Effect.flatMap(start({ dataDir, settings }), write)
      const names = yield* fs.readDirectory(dataDir)
      assert.deepStrictEqual(names.filter((name) => name.includes("initializing")), [])
    }))

  it.effect("writes neither statements nor values to its log", () =>
    Effect.gen(function*() {
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
    }))

  it.effect("says what its log says when it cannot start", () =>
    Effect.gen(function*() {
      const dataDir = yield* directory()
      const refused = yield* Effect.flip(Effect.scoped(start({ dataDir, settings: { ...settings, work_mem: "x" } })))
      assert.include(refused.message, `invalid value for parameter "work_mem"`)
    }))

  it.effect.runIf(asRoot)("run by root, keeps the cluster where its account may go", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const dataDir = yield* directory(0o700)
      const home = path.join(sharedDirectory, hash("sha256", yield* fs.realPath(dataDir)).slice(0, 16))
      yield* removeAfterwards(home)
      const { dataDirectory } = yield* Effect.scoped(Effect.tap(start({ dataDir, settings }), write))
      assert.strictEqual(dataDirectory, path.join(home, "postgres"))
      assert.strictEqual(yield* fs.readLink(path.join(dataDir, "postgres")), dataDirectory)
      const again = yield* start({ dataDir, settings })
      assert.deepStrictEqual(yield* read(again), [{ word: "kept" }])
    }))

  it.effect.runIf(asRoot)("run by root, copies programs which its account cannot read", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const found = yield* findPackage()
      const native = `${yield* directory(0o700)}/native`
      yield* Effect.promise(() => cp(found.native, native, { recursive: true, verbatimSymlinks: true }))
      const hidden = { ...found, native, version: `test-${randomBytes(4).toString("hex")}` }
      yield* removeAfterwards(`${sharedDirectory}/postgres-${hidden.version}`)
      const copy = yield* reachable(hidden, Option.some(nobody))
      assert.strictEqual(copy, `${sharedDirectory}/postgres-${hidden.version}`)
      assert.strictEqual(yield* fs.readLink(`${copy}/lib/libpq.so.5`), yield* fs.readLink(`${native}/lib/libpq.so.5`))
      assert.strictEqual(yield* reachable(hidden, Option.some(nobody)), copy)
      assert.strictEqual(yield* reachable(hidden, Option.none()), native)
    }))
})
