import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { inject } from "vitest"
import * as KeyFile from "@vendodev/server/KeyFile"
import * as Postgres from "@vendodev/testing/Postgres"
import * as ServerProcess from "@vendodev/testing/ServerProcess"
import { collector } from "./fixtures/collector.ts"
import { administer, duringOutage } from "./secrets/administer.ts"
import { scanner } from "./secrets/canaries.ts"
import { dump } from "./secrets/dump.ts"
import { everything } from "./secrets/everything.ts"
import { runProgram, spawnProgram } from "./secrets/program.ts"

const log = inject("clusterDirectory") === "" ? undefined : `${inject("clusterDirectory")}/postgres.log`

/** Of every code but those this service has no way to answer yet. */
const codes = [
  "app_expired",
  "app_revoked",
  "app_unknown",
  "binding_missing",
  "conflict",
  "connection_in_use",
  "connection_revoked",
  "forbidden",
  "idempotency_conflict",
  "identity_invalid",
  "internal_error",
  "method_not_allowed",
  "not_found",
  "provider_unknown",
  "request_invalid",
  "session_required",
  "too_large",
  "unavailable",
  "validation_failed"
]

/** What a file holds from a place on. */
const readFrom = (file: string, start: number): Buffer => {
  const descriptor = openSync(file, "r")
  const rest = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - start))
  readSync(descriptor, rest, 0, rest.length, start)
  closeSync(descriptor)
  return rest
}

/** The major version of the `pg_dump` on the path, which has to be that of the server or newer. */
const pgDump = (): number => {
  try {
    return Number(/ (\d+)/.exec(execFileSync("pg_dump", ["--version"], { encoding: "utf8" }))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Postgres as an operator in trouble would set it: everything is logged, with all values. */
const talkative = [
  "log_statement = 'all'",
  "log_min_messages = 'info'",
  "log_min_error_statement = 'info'",
  "log_error_verbosity = 'verbose'",
  "log_parameter_max_length = -1",
  "log_parameter_max_length_on_error = -1"
]

const scenario = Effect.gen(function* () {
  const { adminUrl, asAdmin, name, serverUrl } = yield* Postgres.TestDatabase
  yield* administer(
    adminUrl,
    talkative.map((setting) => `ALTER DATABASE ${name} SET ${setting}`)
  )
  const VENDO_KEK_FILE = `${yield* ServerProcess.temporaryDirectory}/keys.json`
  yield* KeyFile.create(VENDO_KEK_FILE)
  const logStart = log === undefined ? 0 : fstatSync(openSync(log, "r")).size
  const telemetry = yield* collector
  const collectorKey = randomBytes(24).toString("hex")
  const environment = {
    DATABASE_URL: serverUrl,
    VENDO_KEK_FILE,
    VENDO_ENV: "production",
    VENDO_PUBLIC_URL: "https://vendo.example",
    OTEL_EXPORTER_OTLP_ENDPOINT: telemetry.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${collectorKey}`
  }
  const server = yield* spawnProgram(environment, ["--log-level", "all"])
  const port = Number(new URL(yield* server.until(/^Vendo is ready at (\S+)/m)).port)
  const token = yield* runProgram({ ...environment, DATABASE_ADMIN_URL: adminUrl }, ["admin-token", "create"])

  const happened = yield* everything({
    port,
    adminToken: token.stdout.trim(),
    administer: (...statements) => administer(adminUrl, statements),
    duringOutage: duringOutage(adminUrl, name)
  })
  yield* happened.vendAgain
  const rows = yield* asAdmin(dump)
  const [version] = yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly major: number }>`SELECT current_setting('server_version_num')::int / 10000 AS major`
    )
  )
  yield* ServerProcess.stop(server.child)
  yield* server.ended
  const sent = telemetry.received.map(({ body, path }) => `${path} ${body}`)
  const canaries = [...happened.canaries, { what: "the key of the collector", secret: collectorKey }]
  return { ...happened, adminUrl, canaries, logStart, sent, major: version?.major ?? 0, rows, server, VENDO_KEK_FILE }
})

it.layer(NodeServices.layer, { excludeTestServices: true })("after everything that can go right and wrong", (it) => {
  it.effect(
    "no secret is in an answer, in what the server printed or sent, in the database, in its log or in a dump",
    () =>
      Effect.gen(function* () {
        const { adminUrl, canaries, logStart, major, rows, sent, server, silent, VENDO_KEK_FILE } = yield* scenario
        const { keks, root } = yield* KeyFile.read(VENDO_KEK_FILE)
        const scan = scanner([
          ...canaries,
          ...[root, ...keks.map(({ key }) => key)].map((key) => ({
            what: "key material",
            secret: Buffer.from(Redacted.value(key))
          })),
          { what: "the server's password", secret: inject("serverPassword") }
        ])
        assert.isAtLeast(canaries.length, 50)
        const happened = new Set(silent.map(({ code }) => code))
        assert.deepStrictEqual(
          codes.filter((code) => !happened.has(code)),
          [],
          "a kind of failure that did not happen proves nothing"
        )
        for (const { text, to } of silent) assert.deepStrictEqual(scan(text), [], to)

        const printed = server.stdout() + server.stderr()
        assert.include(printed, `"message":"defect"`)
        assert.deepStrictEqual(scan(printed), [])

        for (const signal of ["traces", "metrics", "logs"]) {
          assert.isTrue(
            sent.some((text) => text.startsWith(`/v1/${signal} `)),
            signal
          )
        }
        assert.isTrue(sent.some((text) => text.includes("GET /credentials/:slug")))
        assert.isTrue(sent.some((text) => text.includes("GET /connections/connect/:slug")))
        for (const text of sent) assert.deepStrictEqual(scan(text), [], text.slice(0, 12))

        assert.isAbove(rows.length, 50)
        assert.isTrue(rows.some((row) => row.startsWith("broker.connections")))
        assert.deepStrictEqual(scan(rows.join("\n")), [])

        if (log === undefined) yield* Effect.logWarning("skipped: the log of a Postgres of the caller's own")
        else {
          const written = readFrom(log, logStart)
          assert.isTrue(written.includes("INSERT INTO broker.connections"), "statements are logged")
          assert.isTrue(/parameters: \$1 = '/i.test(written.toString("latin1")), "and so are their values")
          assert.isTrue(written.includes(`violates check constraint "trap"`), "and errors")
          assert.deepStrictEqual(scan(written), [])
        }
        if (pgDump() < major) yield* Effect.logWarning(`skipped: no pg_dump of version ${major} or newer on the path`)
        else assert.deepStrictEqual(scan(execFileSync("pg_dump", [adminUrl], { maxBuffer: 2 ** 28 })), [])
      }).pipe(Effect.scoped, Effect.provide(Postgres.layer, { local: true })),
    2 * 60_000
  )
})
