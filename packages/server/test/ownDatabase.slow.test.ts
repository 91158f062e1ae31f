import * as NodeServices from "@effect/platform-node/NodeServices"
import { PgClient } from "@effect/sql-pg"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Redacted, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as KeyFile from "@vendodev/server/KeyFile"
import * as Postgres from "@vendodev/testing/Postgres"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { administer } from "./secrets/administer.ts"
import { call } from "./fixtures/client.ts"
import { dump } from "./secrets/dump.ts"
import { runProgram } from "./secrets/program.ts"

const prepareHint =
  "run `pnpm vendo-server database prepare` with DATABASE_ADMIN_URL set to an administrator of that database"

const Made = Schema.fromJsonString(Schema.Struct({ id: Schema.String, key: Schema.optionalKey(Schema.String) }))

/** A database no other test has been at, from which a test may take whatever it likes. */
const onDatabase = Effect.provide(Postgres.layer, { local: true })

const keyFile = Effect.gen(function* () {
  const path = `${yield* ServerProcess.temporaryDirectory}/keys.json`
  yield* KeyFile.create(path)
  return path
})

const onThis = (...statements: ReadonlyArray<string>) =>
  Effect.flatMap(Postgres.TestDatabase, ({ adminUrl }) => administer(adminUrl, statements))

/** A login of its own name, for roles belong to the whole cluster; and the URL it logs in with. */
const role = Effect.fnUntraced(function* (attributes: string) {
  const { adminUrl } = yield* Postgres.TestDatabase
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`
  const password = crypto.randomUUID()
  yield* Effect.acquireRelease(onThis(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${attributes}`), () =>
    onThis(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO CURRENT_USER', current_database()); END $$`,
      `DROP OWNED BY ${name}`,
      `DROP ROLE ${name}`
    )
  )
  const url = new URL(adminUrl)
  url.username = name
  url.password = password
  return { name, url: url.href, password }
})

/** Starts on the URL, which must be refused, and answers the lines it says why. */
const refused = Effect.fnUntraced(function* (url: string, VENDO_KEK_FILE: string) {
  const { code, stderr, stdout } = yield* runProgram({ DATABASE_URL: url, VENDO_KEK_FILE })
  assert.strictEqual(code, 1, stdout + stderr)
  assert.strictEqual(stdout, "")
  return stderr.trimEnd().split("\n")
})

const useServer = "use vendo_server in DATABASE_URL"

it.layer(NodeServices.layer, { excludeTestServices: true })("a database of the operator's own", (it) => {
  it.effect("is refused to every login that row security does not hold, each with what mends it", () =>
    Effect.gen(function* () {
      const keys = yield* keyFile
      const superuser = yield* role("SUPERUSER")
      assert.deepStrictEqual(yield* refused(superuser.url, keys), [
        `"${superuser.name}" is a superuser, and superusers skip row security: ${useServer}; to create it, ${prepareHint}`
      ])
      const bypass = yield* role("BYPASSRLS")
      assert.deepStrictEqual(yield* refused(bypass.url, keys), [
        `"${bypass.name}" has BYPASSRLS: ${useServer}; to create it, ${prepareHint}`
      ])
      const owns = (name: string) =>
        `"${name}" owns the database or its tables: ${useServer}; to create it, ${prepareHint}`
      const ofTables = yield* role("NOINHERIT")
      yield* onThis(`GRANT vendo_owner TO ${ofTables.name}`)
      assert.deepStrictEqual(yield* refused(ofTables.url, keys), [owns(ofTables.name)])
      const ofDatabase = yield* role("")
      yield* onThis(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ${ofDatabase.name}', current_database()); END $$`
      )
      assert.deepStrictEqual(yield* refused(ofDatabase.url, keys), [owns(ofDatabase.name)])

      const member = yield* role("NOINHERIT")
      yield* onThis(`GRANT pg_read_all_stats TO ${member.name}`)
      assert.deepStrictEqual(yield* refused(member.url, keys), [
        `"${member.name}" is a member of another role: revoke the membership, or ${useServer}`
      ])
      const both = yield* role("BYPASSRLS")
      yield* onThis(`GRANT pg_read_all_stats TO ${both.name}`, `ALTER ROLE ${both.name} SET row_security = off`)
      assert.strictEqual((yield* refused(both.url, keys)).length, 3)
    }).pipe(Effect.scoped, onDatabase)
  )

  it.effect("is refused while its schema is not the one of this build", () =>
    Effect.gen(function* () {
      const keys = yield* keyFile
      const { asAdmin, serverUrl } = yield* Postgres.TestDatabase
      const latest = yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const [row] = yield* sql<{ readonly n: number }>`SELECT max(migration_id)::int AS n FROM vendo_migrations`
          return row?.n ?? 0
        })
      )
      yield* onThis(`INSERT INTO vendo_migrations (migration_id, name) VALUES (9999, 'of_another_build')`)
      assert.deepStrictEqual(yield* refused(serverUrl, keys), [
        `the schema is at 9999, newer than this build's ${latest}: start the newer build`
      ])
      yield* onThis(`DELETE FROM vendo_migrations WHERE migration_id >= ${latest}`)
      assert.deepStrictEqual(yield* refused(serverUrl, keys), [
        `the schema is at ${latest - 1}, this build needs ${latest}: ${prepareHint}`
      ])
      yield* onThis(`DROP TABLE vendo_migrations`)
      assert.deepStrictEqual(yield* refused(serverUrl, keys), [`the schema is missing: ${prepareHint}`])
    }).pipe(Effect.scoped, onDatabase)
  )

  it.effect("is prepared, gets keys and a token, and vends, with the commands alone", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* ServerProcess.temporaryDirectory
      const template = yield* Postgres.TestDatabase
      const name = `${template.name}_blank`
      yield* Effect.acquireRelease(onThis(`CREATE DATABASE ${name} TEMPLATE template0`), () =>
        onThis(`DROP DATABASE ${name} WITH (FORCE)`)
      )
      const DATABASE_ADMIN_URL = Postgres.asDatabase(template.adminUrl, name)
      const DATABASE_URL = Postgres.asDatabase(template.serverUrl, name)
      const environment = { DATABASE_ADMIN_URL, VENDO_DATA_DIR: dataDir }
      const run = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
        const ran = yield* runProgram(environment, args)
        assert.strictEqual(ran.code, 0, ran.stderr)
        return ran
      })
      assert.match((yield* run("database", "prepare")).stdout, /^Applied 1 create_tables, .+\.\nStart the server with /)
      assert.match((yield* run("database", "prepare")).stdout, /^The schema was current already\./)
      const weak = yield* runProgram({ ...environment, VENDO_SERVER_PASSWORD: "it's short" }, ["database", "prepare"])
      assert.strictEqual(weak.code, 1)
      assert.include(weak.stderr, "the server's password must be at least 16 characters")
      assert.notInclude(weak.stderr, "it's short")

      const keyFile = `${dataDir}/keys.json`
      const early = yield* runProgram(environment, ["admin-token", "create"])
      assert.strictEqual(early.code, 1)
      assert.include(early.stderr, `key file ${keyFile}: can not be found`)
      assert.isFalse(yield* fs.exists(keyFile))

      assert.include((yield* run("keys", "create")).stdout, `Wrote ${keyFile}.`)
      const kept = yield* fs.readFileString(keyFile)
      const again = yield* runProgram(environment, ["keys", "create"])
      assert.strictEqual(again.code, 1)
      assert.include(again.stderr, "there is one already")
      assert.strictEqual(yield* fs.readFileString(keyFile), kept)

      const token = yield* run("admin-token", "create", "ops")
      const bearer = token.stdout.trim()
      assert.match(bearer, /^vendo_at_[0-9A-Za-z]{42}$/)
      assert.include(token.stderr, "shown once")

      const server = yield* ServerProcess.start({ DATABASE_URL }, { dataDir })
      assert.notInclude(server.output(), "vendo_")
      assert.isFalse(yield* fs.exists(`${dataDir}/dev.json`))
      const manage = Effect.fnUntraced(function* (method: string, path: string, body: unknown) {
        const { status, text } = yield* call(server.port, { method, path: `/api/tenants${path}`, bearer, body })
        assert.isBelow(status, 300, text)
        return yield* Schema.decodeUnknownEffect(Made)(text)
      })
      const { id: tenant } = yield* manage("POST", "", { slug: "acme", name: "Acme" })
      const { id: app } = yield* manage("POST", `/${tenant}/apps`, { slug: "bot", name: "Bot", kind: "production" })
      const { id: connection } = yield* manage("POST", `/${tenant}/connections`, {
        slug: "notion",
        credential: "ntn_a-credential"
      })
      const binding = { connection_id: connection }
      yield* call(server.port, {
        method: "PUT",
        path: `/api/tenants/${tenant}/apps/${app}/bindings/notion`,
        bearer,
        body: binding
      })
      const { key } = yield* manage("POST", `/${tenant}/apps/${app}/keys`, {})
      const vended = yield* call(server.port, { method: "GET", path: "/credentials/notion", bearer: key ?? "" })
      assert.strictEqual(vended.status, 200, vended.text)
      assert.include(vended.text, "ntn_a-credential")

      const rows = yield* Effect.provide(dump, PgClient.layer({ url: Redacted.make(DATABASE_ADMIN_URL) }), {
        local: true
      })
      assert.isTrue(rows.some((row) => row.startsWith("broker.admin_tokens") && row.includes(",ops,")))
      assert.isFalse(rows.some((row) => row.includes(bearer) || row.includes(key ?? bearer)))
    }).pipe(Effect.scoped, onDatabase)
  )
})
