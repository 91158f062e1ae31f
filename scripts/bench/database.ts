/**
 * One embedded Postgres with the settings of the product, and in it tenants who
 * each have an app, a key, and two bound connections: one of a pasted credential,
 * one of an account upstream, which has no token yet.
 *
 * The rows are written in bulk, but every box is sealed by the vault and every
 * key hashed by the keyring: what opens them is the real thing.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Migrations from "@vendodev/broker/database/Migrations"
import { hint, mint } from "@vendodev/broker/vault/KeyFormat"
import { Keyring } from "@vendodev/broker/vault/Keyring"
import { Vault } from "@vendodev/broker/vault/Vault"
import { ConnectionId, TenantId } from "@vendodev/domain/Ids"
import * as EmbeddedPostgres from "@vendodev/server/EmbeddedPostgres"
import * as KeyFile from "@vendodev/server/KeyFile"
import { BenchFailed } from "./BenchFailed.ts"

export const pasted = "notion"
export const managed = "google"

/** As long as those of the provider. */
const credentialOf = (n: number) => `ntn_${String(n).padStart(46, "0")}`
export const credentialLength = credentialOf(0).length

export interface Tenant {
  /** Of its app. */
  readonly key: string
  /** What it must be answered with for the pasted one. */
  readonly credential: string
  /** Whose token it must be answered with for the other. */
  readonly account: string
}

export interface Database {
  readonly adminUrl: string
  readonly serverUrl: string
  readonly keyFile: string
  /** Of the postmaster. */
  readonly pid: number
  readonly version: string
  readonly tenants: ReadonlyArray<Tenant>
  /** Runs `work` as the administrator. */
  readonly asAdmin: <A, E>(work: Effect.Effect<A, E, SqlClient.SqlClient>) => Effect.Effect<A, BenchFailed>
}

const name = "vendo"

const slotOf = (id: ConnectionId) => Buffer.from(id.replaceAll("-", ""), "hex")

const tenantRow = Effect.fnUntraced(function* (n: number) {
  const keyring = yield* Keyring
  const vault = yield* Vault
  const tenant = TenantId.make(crypto.randomUUID())
  const connection = ConnectionId.make(crypto.randomUUID())
  const managed = ConnectionId.make(crypto.randomUUID())
  const dataKey = keyring.generateDataKey(tenant, 1)
  const credential = credentialOf(n)
  const place = { tenant, connection, secretVersion: "1" }
  const box = yield* vault.seal(place, { ...dataKey, version: 1 }, Redacted.make(credential))
  const key = mint("vendo_sk_")
  return {
    tenant,
    connection,
    managed,
    account: `ca_bench_${n}`,
    credential,
    box,
    key,
    slug: `tenant-${n}`,
    app: crypto.randomUUID(),
    keyId: crypto.randomUUID(),
    kek: dataKey.kekId,
    wrapped: dataKey.wrapped,
    keyHash: keyring.hash(key),
    slot: slotOf(connection),
    managedSlot: slotOf(managed),
    hint: hint(key, "vendo_sk_")
  }
})

const seed = Effect.fn("database.seed")(function* (count: number) {
  const sql = yield* SqlClient.SqlClient
  const keyring = yield* Keyring
  const rows = yield* Effect.forEach(
    Array.from({ length: count }, (_, n) => n),
    tenantRow
  )
  const tenants = rows.map(({ tenant }) => tenant)
  const apps = rows.map(({ app }) => app)

  yield* sql`
    INSERT INTO broker.tenants (id, slug, name)
    SELECT t, s, s FROM unnest(${tenants}::text[]::uuid[], ${rows.map(({ slug }) => slug)}::text[]) AS x (t, s)`
  yield* sql`
    INSERT INTO broker.tenant_keys (tenant_id, version, kek_id, wrapped)
    SELECT t, 1, k, w FROM unnest(${tenants}::text[]::uuid[], ${rows.map(({ kek }) => kek)}::text[],
      ${rows.map(({ wrapped }) => wrapped)}::bytea[]) AS x (t, k, w)`
  yield* sql`INSERT INTO broker.audit_heads SELECT id, 0, sha256('genesis') FROM broker.tenants`
  yield* sql`
    INSERT INTO broker.apps (tenant_id, id, slug, name, kind)
    SELECT t, a, 'tool', 'Tool', 'production'
    FROM unnest(${tenants}::text[]::uuid[], ${apps}::text[]::uuid[]) AS x (t, a)`
  yield* sql`
    INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, name, status,
      secret_version, dek_version, secret_box)
    SELECT t, c, ${pasted}, false, s, 'byok_static', 'bench', 'active', 1, 1, b
    FROM unnest(${tenants}::text[]::uuid[], ${rows.map(({ connection }) => connection)}::text[]::uuid[],
      ${rows.map(({ slot }) => slot)}::bytea[], ${rows.map(({ box }) => box)}::bytea[]) AS x (t, c, s, b)`
  yield* sql`
    INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, name, status,
      secret_version, metadata)
    SELECT t, c, ${managed}, false, s, 'composio_managed', 'bench', 'active', 1,
      jsonb_build_object('composio_account_id', a)
    FROM unnest(${tenants}::text[]::uuid[], ${rows.map(({ managed }) => managed)}::text[]::uuid[],
      ${rows.map(({ managedSlot }) => managedSlot)}::bytea[], ${rows.map(({ account }) => account)}::text[])
      AS x (t, c, s, a)`
  yield* sql`
    INSERT INTO broker.app_connection_bindings (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot)
    SELECT a.tenant_id, a.id, a.kind, c.id, c.integration, c.exclusive, c.slot
    FROM broker.apps a JOIN broker.connections c USING (tenant_id)`
  yield* sql`
    INSERT INTO broker.app_keys (tenant_id, id, app_id, key_hash, pepper_id, hint)
    SELECT t, k, a, h, ${keyring.pepperId}::int, hint
    FROM unnest(${tenants}::text[]::uuid[], ${rows.map(({ keyId }) => keyId)}::text[]::uuid[], ${apps}::text[]::uuid[],
      ${rows.map(({ keyHash }) => keyHash)}::bytea[], ${rows.map((row) => row.hint)}::text[]) AS x (t, k, a, h, hint)`
  yield* sql`VACUUM ANALYZE`
  yield* sql`CHECKPOINT`
  return rows.map(({ account, credential, key }): Tenant => ({ key: Redacted.value(key), credential, account }))
})

/** Starts Postgres below `directory` and fills it. Stopped when the scope closes. */
export const make = Effect.fn("database.make")(function* (directory: string, count: number) {
  const cluster = yield* EmbeddedPostgres.start({ dataDir: directory })
  const urlOf = (username: string, password: string, database: string) => {
    const url = new URL(`postgres://${username}:${password}@localhost:${cluster.port}/${database}`)
    url.searchParams.set("host", cluster.socketDirectory)
    return url.href
  }
  const { password, username } = cluster.superuser
  const on = (database: string) =>
    PgClient.layer({ url: Redacted.make(urlOf(username, Redacted.value(password), database)), maxConnections: 1 })

  yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE DATABASE ${sql(name)}`).pipe(
    Effect.provide(on("postgres"))
  )
  const admin = yield* Layer.build(on(name))
  const serverPassword = randomBytes(32).toString("base64url")
  const keyFile = join(directory, "keys.json")
  const material = yield* KeyFile.create(keyFile)
  const vault = Vault.layer.pipe(Layer.provideMerge(Keyring.layerOf(material)))

  const made = yield* Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* Migrations.prepare
    yield* Migrations.setServerPassword(Redacted.make(serverPassword))
    const tenants = yield* seed(count)
    const [found] = yield* sql<{ readonly server_version: string }>`SHOW server_version`
    return { tenants, version: found?.server_version ?? "unknown" }
  }).pipe(Effect.provide(vault), Effect.provide(admin))

  const database: Database = {
    adminUrl: urlOf(username, Redacted.value(password), name),
    serverUrl: urlOf(Migrations.serverRole, serverPassword, name),
    keyFile,
    pid: Number(readFileSync(join(cluster.dataDirectory, "postmaster.pid"), "utf8").split("\n")[0]),
    ...made,
    asAdmin: (work) =>
      Effect.provide(work, admin).pipe(Effect.mapError((cause) => new BenchFailed({ message: String(cause) })))
  }
  return database
})
