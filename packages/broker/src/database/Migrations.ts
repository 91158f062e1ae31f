/**
 * Everything that is done to a database by its administrator: roles, tables,
 * functions, the catalog. The server itself logs in as a role that can do none
 * of it, and only checks that it was done.
 */
import { Array, Effect, Redacted, Schema } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import { integrations } from "@vendodev/catalog/Catalog"
import createTables from "./migrations/0001_create_tables.ts"
import createTenantContext from "./migrations/0002_create_tenant_context.ts"
import createAuditChain from "./migrations/0003_create_audit_chain.ts"
import createVendFunction from "./migrations/0004_create_vend_function.ts"
import createTokenLeases from "./migrations/0005_create_token_leases.ts"
import createUserTokenKeys from "./migrations/0006_create_user_token_keys.ts"
import replaceVendFunction from "./migrations/0007_replace_vend_function.ts"
import createLedgerAndConnectSessions from "./migrations/0008_create_ledger_and_connect_sessions.ts"
import createEvents from "./migrations/0009_create_events.ts"
import createDeployments from "./migrations/0010_create_deployments.ts"
import createRuns from "./migrations/0011_create_runs.ts"
import createRevocationsAndPools from "./migrations/0012_create_revocations_and_pools.ts"
import createConnectVisits from "./migrations/0013_create_connect_visits.ts"
import restrictKeys from "./migrations/0014_restrict_keys.ts"

/** Listed by hand and never edited once released. */
const migrations: ReadonlyArray<Migrator.ResolvedMigration> = [
  [1, "create_tables", Effect.succeed(createTables)],
  [2, "create_tenant_context", Effect.succeed(createTenantContext)],
  [3, "create_audit_chain", Effect.succeed(createAuditChain)],
  [4, "create_vend_function", Effect.succeed(createVendFunction)],
  [5, "create_token_leases", Effect.succeed(createTokenLeases)],
  [6, "create_user_token_keys", Effect.succeed(createUserTokenKeys)],
  [7, "replace_vend_function", Effect.succeed(replaceVendFunction)],
  [8, "create_ledger_and_connect_sessions", Effect.succeed(createLedgerAndConnectSessions)],
  [9, "create_events", Effect.succeed(createEvents)],
  [10, "create_deployments", Effect.succeed(createDeployments)],
  [11, "create_runs", Effect.succeed(createRuns)],
  [12, "create_revocations_and_pools", Effect.succeed(createRevocationsAndPools)],
  [13, "create_connect_visits", Effect.succeed(createConnectVisits)],
  [14, "restrict_keys", Effect.succeed(restrictKeys)]
]

const table = "vendo_migrations"

/** The login role of the server. It owns nothing and bypasses nothing. */
export const serverRole = "vendo_server"

const roles = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const existing = yield* sql<{ readonly rolname: string }>`
    SELECT rolname FROM pg_roles WHERE rolname IN ('vendo_owner', 'vendo_gate', 'vendo_server')
  `
  const missing = (role: string) => !existing.some(({ rolname }) => rolname === role)
  for (const role of ["vendo_owner", "vendo_gate"]) {
    if (missing(role)) yield* sql.unsafe(`CREATE ROLE ${role} NOLOGIN`)
  }
  if (missing(serverRole)) {
    yield* sql.unsafe(`CREATE ROLE ${serverRole} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT`)
  }
  const [me] = yield* sql<{ readonly rolsuper: boolean }>`SELECT rolsuper FROM pg_roles WHERE rolname = current_user`
  // An administrator that is no superuser must be a member to act as these roles.
  if (me?.rolsuper !== true) yield* sql.unsafe(`GRANT vendo_owner, vendo_gate TO CURRENT_USER`)
})

const schemas = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of [
    `CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA public`,
    `CREATE SCHEMA IF NOT EXISTS broker AUTHORIZATION vendo_owner`,
    `CREATE SCHEMA IF NOT EXISTS gate AUTHORIZATION vendo_gate`,
    `GRANT USAGE ON SCHEMA broker TO vendo_server, vendo_gate`,
    `GRANT USAGE ON SCHEMA gate TO vendo_server, vendo_owner`
  ]) {
    yield* sql.unsafe(statement)
  }
  // A temporary object stays on a pooled connection for the next tenant's request, whose names would find it first.
  yield* sql`
    DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$
  `
})

const catalog = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    INSERT INTO broker.integrations (slug, exclusive)
    SELECT * FROM unnest(${integrations.map(({ slug }) => slug)}::text[], ${integrations.map(({ exclusive }) => exclusive)}::boolean[])
    ON CONFLICT (slug) DO UPDATE SET exclusive = excluded.exclusive
    WHERE integrations.exclusive <> excluded.exclusive
  `
})

const asOwner = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return yield* sql.withTransaction(Effect.andThen(sql`SET LOCAL ROLE vendo_owner`, work))
  })

/**
 * Prepares the database of the connected administrator: roles, schemas,
 * migrations, catalog. Repeating it changes nothing.
 */
export const prepare = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Two administrators at once would race to create the same roles.
  yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`SELECT pg_advisory_xact_lock(8601120)`
      yield* roles
      yield* schemas
    })
  )
  const applied = yield* Migrator.make({})({ loader: Effect.succeed(migrations), table })
  yield* sql.unsafe(`GRANT SELECT ON ${table} TO ${serverRole}`)
  yield* asOwner(catalog)
  return applied
}).pipe(Effect.withSpan("Migrations.prepare"))

/** Sets the password the server's role logs in with: base64url, for no parameter can stand in this statement. */
export const setServerPassword = Effect.fn("Migrations.setServerPassword")(function* (password: Redacted.Redacted) {
  const sql = yield* SqlClient.SqlClient
  const text = Redacted.value(password)
  if (!/^[A-Za-z0-9_-]{16,}$/.test(text)) {
    return yield* new DatabaseNotReady({
      problems: ["the server's password must be at least 16 characters of A-Z, a-z, 0-9, '-' and '_'"]
    })
  }
  yield* sql.unsafe(`ALTER ROLE ${serverRole} PASSWORD '${text}'`)
})

/** The database is not the one this build needs. The message names the command that mends it. */
export class DatabaseNotReady extends Schema.TaggedError<DatabaseNotReady>()("DatabaseNotReady", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return this.problems.join("\n")
  }
}

const prepareHint =
  "run `pnpm vendo-server database prepare` with DATABASE_ADMIN_URL set to an administrator of that database"

/**
 * What is wrong with the database as the server's own role sees it: privileges
 * that would bypass row security, a schema older or newer than this build, a
 * catalog out of step. All faults at once, each with its remedy.
 */
export const verify = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [role] = yield* sql<{
    readonly name: string
    readonly super: boolean
    readonly bypass: boolean
    readonly owns: boolean
    readonly member: boolean
    readonly replica: boolean
    readonly version: number
    readonly security: string
    readonly prepared: boolean
  }>`
    SELECT current_user AS name, r.rolsuper AS super, r.rolbypassrls AS bypass,
      EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('broker', 'gate') AND pg_has_role(current_user, c.relowner, 'MEMBER'))
        OR EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid) AS owns,
      EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member,
      pg_is_in_recovery() AS replica,
      current_setting('server_version_num')::int AS version,
      current_setting('row_security') AS security,
      to_regclass(${table}) IS NOT NULL AS prepared
    FROM pg_roles r WHERE r.rolname = current_user
  `
  if (role === undefined) return yield* new DatabaseNotReady({ problems: ["the database does not know its own user"] })
  const problems = [
    [
      role.version < 150_000,
      `Postgres 15 or newer is needed, this is ${Math.floor(role.version / 10_000)}: upgrade it`
    ],
    [role.replica, "this Postgres is a replica: point DATABASE_URL at the primary, decisions are never read late"],
    [
      role.super,
      `"${role.name}" is a superuser, and superusers skip row security: use ${serverRole} in DATABASE_URL; to create it, ${prepareHint}`
    ],
    [role.bypass, `"${role.name}" has BYPASSRLS: use ${serverRole} in DATABASE_URL; to create it, ${prepareHint}`],
    [
      !role.super && role.owns,
      `"${role.name}" owns the database or its tables: use ${serverRole} in DATABASE_URL; to create it, ${prepareHint}`
    ],
    [
      !role.super && !role.owns && role.member,
      `"${role.name}" is a member of another role: revoke the membership, or use ${serverRole} in DATABASE_URL`
    ],
    [role.security !== "on", `row_security is ${role.security}: remove that setting from the role or database`],
    [!role.prepared, `the schema is missing: ${prepareHint}`]
  ].flatMap(([wrong, message]) => (wrong === true ? [String(message)] : []))
  if (Array.isArrayNonEmpty(problems)) return yield* new DatabaseNotReady({ problems })

  const [applied] = yield* sql<{ readonly latest: number }>`
    SELECT coalesce(max(migration_id), 0) AS latest FROM ${sql(table)}
  `
  const latest = applied?.latest ?? 0
  if (latest < migrations.length) {
    return yield* new DatabaseNotReady({
      problems: [`the schema is at ${latest}, this build needs ${migrations.length}: ${prepareHint}`]
    })
  }
  if (latest > migrations.length) {
    return yield* new DatabaseNotReady({
      problems: [`the schema is at ${latest}, newer than this build's ${migrations.length}: start the newer build`]
    })
  }
  const rows = yield* sql<{ readonly slug: string; readonly exclusive: boolean }>`
    SELECT slug, exclusive FROM broker.integrations
  `
  const stored = new Map(rows.map(({ exclusive, slug }) => [slug, exclusive]))
  const drifted = integrations.filter(({ exclusive, slug }) => stored.get(slug) !== exclusive)
  if (Array.isArrayNonEmpty(drifted)) {
    return yield* new DatabaseNotReady({
      problems: [`the catalog in the database lacks ${drifted.map(({ slug }) => slug).join(", ")}: ${prepareHint}`]
    })
  }
}).pipe(Effect.withSpan("Migrations.verify"))
