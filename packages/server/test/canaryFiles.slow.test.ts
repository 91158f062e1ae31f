import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Redacted, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as KeyFile from "@vendodev/server/KeyFile"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { administer, duringOutage } from "./secrets/administer.ts"
import { type Canary, scanner } from "./secrets/canaries.ts"
import { call } from "./fixtures/client.ts"
import { postmasterOf } from "./fixtures/cluster.ts"
import { everything } from "./secrets/everything.ts"
import { spawnProgram } from "./secrets/program.ts"

const DevFile = Schema.fromJsonString(
  Schema.Struct({ adminToken: Schema.String, apps: Schema.NonEmptyArray(Schema.Struct({ key: Schema.String })) })
)

/** The bytes of a file; none when it is a socket, or was removed in between, as Postgres does with its own. */
const bytesOf = (file: string): Buffer => {
  try {
    return statSync(file).isFile() ? readFileSync(file) : Buffer.alloc(0)
  } catch {
    return Buffer.alloc(0)
  }
}

/** What is found of the canaries, as `<file>: <canary>`. */
const scanFiles = (directory: string, scan: ReturnType<typeof scanner>): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, encoding: "utf8" })
    .flatMap((name) => scan(bytesOf(join(directory, name))).map(({ what }) => `${name}: ${what}`))
    .toSorted()

/** What Linux tells everybody of the same account about a process and its children. */
const processes = (postmaster: number): ReadonlyArray<Buffer> =>
  readdirSync("/proc").flatMap((name) =>
    name === String(postmaster) || bytesOf(`/proc/${name}/stat`).includes(`) S ${postmaster} `)
      ? [readFileSync(`/proc/${name}/environ`), readFileSync(`/proc/${name}/cmdline`)]
      : []
  )

it.layer(NodeServices.layer, { excludeTestServices: true })("after everything on an embedded database", (it) => {
  it.effect("no secret is in its files, its WAL, its processes or its log; the first key alone was shown, once", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* ServerProcess.temporaryDirectory
      const openai = randomBytes(24).toString("base64url")
      const environment = {
        VENDO_DATA_DIR: dataDir,
        OPENAI_API_KEY: `sk-${openai}`,
        VENDO_PUBLIC_URL: "https://vendo.example"
      }
      const server = yield* spawnProgram(environment, ["--log-level", "all"])
      const port = Number(new URL(yield* server.until(/^Vendo is ready at (\S+)/m)).port)
      const { adminToken, apps } = yield* Schema.decodeUnknownEffect(DevFile)(
        yield* fs.readFileString(`${dataDir}/dev.json`)
      )
      const [{ key }] = apps
      const password = (yield* fs.readFileString(`${dataDir}/postgres-superuser`)).trim()
      const adminUrl = `postgres://postgres:${password}@localhost:5432/vendo?host=${dataDir}/postgres-socket`
      const happened = yield* everything({
        port,
        adminToken,
        administer: (...statements) => administer(adminUrl, statements),
        duringOutage: duringOutage(adminUrl, "vendo")
      })
      yield* happened.vendAgain
      const vended = yield* call(port, { method: "GET", path: "/credentials/openai", bearer: key })
      assert.include(vended.text, openai)

      // A control: what is written in plain is found, in the table's file and in the log ahead of it.
      const planted = randomBytes(24).toString("hex")
      yield* administer(adminUrl, [`CREATE TABLE planted AS SELECT '${planted}'::text AS t`, "CHECKPOINT"])

      const { keks, root } = yield* KeyFile.read(`${dataDir}/keys.json`)
      const kept: ReadonlyArray<Canary> = [
        { what: "the demo's key", secret: key.slice("vendo_sk_".length + 4) },
        { what: "the superuser's password", secret: password },
        { what: "the root", secret: Buffer.from(Redacted.value(root)) },
        ...keks.map(({ key }) => ({ what: "a KEK", secret: Buffer.from(Redacted.value(key)) }))
      ]
      const scan = scanner([
        { what: "planted", secret: planted },
        { what: "OPENAI_API_KEY", secret: openai },
        ...happened.canaries,
        ...kept
      ])
      const home = join(dataDir, "postgres")
      const found = scanFiles(dataDir, scan).filter((line) => !line.includes(": planted"))
      assert.deepStrictEqual(found, [
        "dev.json: the admin token",
        "dev.json: the demo's key",
        "keys.json: a KEK",
        "keys.json: the root",
        "postgres-superuser: the superuser's password"
      ])
      const control = scanFiles(home, scan).map((line) => line.split("/")[0])
      assert.includeMembers(control, ["base", "pg_wal"])

      if (process.platform === "linux") {
        const all = processes(yield* postmasterOf(home))
        assert.isAbove(all.length, 8, "the postmaster and its children")
        for (const one of all) assert.deepStrictEqual(scan(one), [])
      }
      for (const { text, to } of happened.silent) assert.deepStrictEqual(scan(text), [], to)

      yield* ServerProcess.stop(server.child)
      yield* server.ended
      const printed = (server.stdout() + server.stderr()).split("\n")
      assert.isTrue(printed.some((line) => line.includes("defect")))
      const showing = printed.filter((line) => scan(line).length > 0)
      assert.deepStrictEqual(
        showing.map((line) => line.replace(key, "<key>").replace(/http:\S+:\d+/, "<url>")),
        ["openai", "notion", "v1/TELEGRAM_BOT_TOKEN"].map(
          (path) => `  curl -H "Authorization: Bearer <key>" <url>/credentials/${path}`
        )
      )
      assert.deepStrictEqual(
        scan(showing.join("\n")).map(({ what }) => what),
        ["the demo's key"]
      )
    })
  )
})
