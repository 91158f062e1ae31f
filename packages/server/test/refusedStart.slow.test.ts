import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { createServer } from "node:net"
import { asAdministrator, connecting } from "@vendodev/server/Database"
import * as KeyFile from "@vendodev/server/KeyFile"
import * as Postgres from "@vendodev/testing/Postgres"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { call } from "./fixtures/client.ts"
import { dump } from "./secrets/dump.ts"
import { runProgram } from "./secrets/program.ts"

/** Runs a start that must be refused, and answers the lines it says why. */
const refused = Effect.fnUntraced(function* (environment: Readonly<Record<string, string>>, args?: Array<string>) {
  const { code, stderr, stdout } = yield* runProgram(environment, args)
  assert.strictEqual(code, 1, stdout + stderr)
  const printed = stdout + stderr
  assert.notMatch(printed, /^\s+at |\[cause\]|node:|ready at/m, "a stack trace, or a start")
  return stderr.trimEnd().split("\n")
})

/** A port that is taken, for as long as the scope is open. */
const takenPort = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ port, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const urlHint =
  "start Postgres, or correct postgres://<user>:<password>@<host>:<port>/<database>, odd characters as %xx"

/** A database no other test has been at. */
const onDatabase = Effect.provide(Postgres.layer, { local: true })

it.layer(NodeServices.layer, { excludeTestServices: true })("a start", (it) => {
  it.effect("with settings that can not be used says so of each, and touches nothing", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = `${yield* ServerProcess.temporaryDirectory}/not-made`
      const settings = { PORT: "70000", VENDO_ENV: "prod", VENDO_SURFACES: "apis", VENDO_MAX_IN_FLIGHT: "0" }
      assert.deepStrictEqual(yield* refused({ ...settings, VENDO_DATA_DIR: dataDir }), [
        "VENDO_ENV must be development or production",
        "PORT must be a number from 1 to 65535, or 0 for any that is free",
        "VENDO_SURFACES must be a comma-separated list of credentials, api",
        "VENDO_MAX_IN_FLIGHT must be a whole number above 0"
      ])
      assert.isFalse(yield* fs.exists(dataDir))
    })
  )

  it.effect("on a database that can not be reached names the variable, and repeats nothing of its value", () =>
    Effect.gen(function* () {
      const VENDO_KEK_FILE = `${yield* ServerProcess.temporaryDirectory}/keys.json`
      yield* KeyFile.create(VENDO_KEK_FILE)
      const { port } = yield* Effect.scoped(takenPort)
      const { adminUrl } = yield* Postgres.TestDatabase
      const own = new URL(adminUrl)
      own.username = "nobody_of_that_name"
      own.password = "secret-pass"
      const closed = `postgres://vendo:secret-pass@127.0.0.1:${port}/vendo`
      for (const [url, reason] of [
        [closed, "nothing listens there"],
        ["postgres://vendo:secret-pass@db.invalid/vendo", "there is no such host"],
        ["secret-pass", "this is no URL"],
        ["postgres://vendo:secret-pass/word@db:5432/vendo", "this is no URL"],
        ["mysql://vendo:secret-pass@db/vendo", "no connection comes about"],
        [own.href, "this user and password are refused"]
      ] as const) {
        const select = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT 1`)
        const error = yield* asAdministrator({ url: Redacted.make(url) })(select).pipe(connecting("NAME"), Effect.flip)
        assert.strictEqual(error.message, `NAME: ${reason}; ${urlHint}`)
      }
      for (const url of [closed, "postgres://vendo:secret-pass/word@db:5432/vendo"]) {
        const [line = "", ...more] = yield* refused({ DATABASE_URL: url, VENDO_KEK_FILE })
        assert.match(line, /^DATABASE_URL: (?:nothing listens there|this is no URL); /)
        assert.deepStrictEqual(more, [])
      }
      const [line = ""] = yield* refused({ DATABASE_ADMIN_URL: closed }, ["database", "prepare"])
      assert.strictEqual(line, `DATABASE_ADMIN_URL: nothing listens there; ${urlHint}`)
      assert.deepStrictEqual(yield* refused({}, ["database", "prepare"]), [
        "DATABASE_ADMIN_URL must be the URL of the database, as its administrator"
      ])
    }).pipe(Effect.scoped, onDatabase)
  )

  it.effect("on a port that is taken says what mends it", () =>
    Effect.gen(function* () {
      const VENDO_KEK_FILE = `${yield* ServerProcess.temporaryDirectory}/keys.json`
      yield* KeyFile.create(VENDO_KEK_FILE)
      const { serverUrl } = yield* Postgres.TestDatabase
      const { port } = yield* takenPort
      const lines = yield* refused({ DATABASE_URL: serverUrl, VENDO_KEK_FILE, PORT: String(port) })
      assert.strictEqual(
        lines.at(-1),
        `listen EADDRINUSE: address already in use 127.0.0.1:${port}: stop what listens there, or set PORT to another port`
      )
    }).pipe(Effect.scoped, onDatabase)
  )

  it.effect("with another key file than the database was sealed under writes nothing, nor does a command", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* ServerProcess.temporaryDirectory
      const { adminUrl, asAdmin, serverUrl } = yield* Postgres.TestDatabase
      const [right, wrong, root, kek] = ["right", "wrong", "root", "kek"].map((name) => `${directory}/${name}.json`)
      for (const file of [right, wrong]) yield* KeyFile.create(file ?? "")
      yield* Effect.scoped(ServerProcess.start({ DATABASE_URL: serverUrl, VENDO_KEK_FILE: right ?? "" }))

      // Half right is wrong: neither the root nor a KEK may be another.
      const [ours, theirs] = yield* Effect.forEach([right, wrong], (file) =>
        Effect.map(fs.readFileString(file ?? ""), (text): Record<string, unknown> => JSON.parse(text))
      )
      yield* fs.writeFileString(root ?? "", JSON.stringify({ ...ours, root: theirs?.["root"] }), { mode: 0o400 })
      yield* fs.writeFileString(kek ?? "", JSON.stringify({ ...theirs, root: ours?.["root"] }), { mode: 0o400 })

      const before = yield* asAdmin(dump)
      assert.isTrue(before.some((row) => row.startsWith("broker.keyring_checks")))
      for (const file of [wrong, root, kek]) {
        const [line = "", ...more] = yield* refused({ DATABASE_URL: serverUrl, VENDO_KEK_FILE: file ?? "" })
        assert.match(line, /^this database was sealed under other keys \(.+\): point VENDO_KEK_FILE at the key file/)
        assert.deepStrictEqual(more, [])
        const token = { DATABASE_ADMIN_URL: adminUrl, VENDO_KEK_FILE: file ?? "" }
        assert.deepStrictEqual(yield* refused(token, ["admin-token", "create"]), [line])
        assert.deepStrictEqual(yield* asAdmin(dump), before)
      }
      yield* Effect.scoped(ServerProcess.start({ DATABASE_URL: serverUrl, VENDO_KEK_FILE: right ?? "" }))
    }).pipe(Effect.scoped, onDatabase)
  )

  it.effect("on a database of the operator's own invents no key file", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* ServerProcess.temporaryDirectory
      const { serverUrl } = yield* Postgres.TestDatabase
      const [line = ""] = yield* refused({ DATABASE_URL: serverUrl, VENDO_DATA_DIR: dataDir })
      assert.include(line, `key file ${dataDir}/keys.json: can not be found; set VENDO_KEK_FILE to it`)
      assert.deepStrictEqual(yield* fs.readDirectory(dataDir), [])
    }).pipe(Effect.scoped, onDatabase)
  )

  it.effect("where another server runs is refused, as is one whose keys were lost; the first is not disturbed", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* ServerProcess.temporaryDirectory
      const kept = `${dataDir}/kept.json`
      yield* Effect.scoped(
        Effect.gen(function* () {
          const first = yield* ServerProcess.start({}, { dataDir })
          const lines = yield* refused({ VENDO_DATA_DIR: dataDir })
          assert.deepStrictEqual(lines, [`another server is using ${dataDir}; stop it or set VENDO_DATA_DIR`])
          assert.strictEqual((yield* call(first.port, { method: "GET", path: "/readyz" })).status, 200)
        })
      )
      yield* fs.rename(`${dataDir}/keys.json`, kept)
      const [line = ""] = yield* refused({ VENDO_DATA_DIR: dataDir })
      assert.include(line, `key file ${dataDir}/keys.json: can not be found; set VENDO_KEK_FILE to it`)
      assert.isFalse(yield* fs.exists(`${dataDir}/keys.json`))
      yield* Effect.scoped(ServerProcess.start({ VENDO_KEK_FILE: kept }, { dataDir }))
    })
  )
})
