/**
 * One Postgres for a run of tests: the embedded one in a directory of its own,
 * or the one `TEST_DATABASE_URL` names (its administrator). In it, a migrated
 * template that every test database is a copy of.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import type { TestProject } from "vitest/node"
import * as Migrations from "@vendodev/broker/database/Migrations"
import * as EmbeddedPostgres from "@vendodev/server/EmbeddedPostgres"
import { asDatabase } from "./Postgres.ts"
import { temporaryDirectory } from "./ServerProcess.ts"

declare module "vitest" {
  export interface ProvidedContext {
    readonly adminUrl: string
    readonly serverPassword: string
    readonly template: string
    /** Where the embedded cluster keeps its files and log; empty for a Postgres of the caller's own. */
    readonly clusterDirectory: string
  }
}

const serverPassword = `test_${crypto.randomUUID().replaceAll("-", "")}`

const embedded = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  // Losing test data in a power cut is fine; waiting for the disk is not.
  const cluster = yield* EmbeddedPostgres.start({
    dataDir: directory,
    settings: { fsync: "off", max_connections: "200", log_statement: "all", log_parameter_max_length: "-1" }
  })
  const { password, username } = cluster.superuser
  const url = new URL(`postgres://${username}:${Redacted.value(password)}@localhost:${cluster.port}/postgres`)
  url.searchParams.set("host", cluster.socketDirectory)
  return { url: url.href, directory }
})

const started = Effect.gen(function* () {
  const given = process.env["TEST_DATABASE_URL"]
  const { directory, url } = given === undefined ? yield* embedded : { directory: "", url: given }
  const template = `vendo_template_${crypto.randomUUID().slice(0, 8)}`
  const on = (database: string) => PgClient.layer({ url: Redacted.make(asDatabase(url, database)), maxConnections: 1 })

  yield* Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE DATABASE ${sql(template)}`
  }).pipe(Effect.provide(on("postgres")))
  yield* Effect.gen(function* () {
    yield* Migrations.prepare
    yield* Migrations.setServerPassword(Redacted.make(serverPassword))
  }).pipe(Effect.provide(on(template), { local: true }))
  return { adminUrl: url, template, clusterDirectory: directory }
})

export default async function setup(project: TestProject) {
  const scope = Scope.makeUnsafe()
  const { adminUrl, clusterDirectory, template } = await Effect.runPromise(
    started.pipe(Scope.provide(scope), Effect.provide(NodeServices.layer))
  )
  project.provide("adminUrl", adminUrl)
  project.provide("serverPassword", serverPassword)
  project.provide("template", template)
  project.provide("clusterDirectory", clusterDirectory)
  return () => Effect.runPromise(Scope.close(scope, Exit.void))
}
