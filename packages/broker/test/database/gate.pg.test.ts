import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Migrations from "@vendodev/broker/database/Migrations"
import * as Fixture from "@vendodev/testing/Fixture"
import * as Postgres from "@vendodev/testing/Postgres"
import { insideThenUndone, pinned, refusal } from "./session.ts"

const noId = "00000000-0000-4000-8000-000000000000"

/** What a statement slipped into a request would try. Each is refused for want of a right, not of an object. */
const attempts: ReadonlyArray<readonly [what: string, statement: string]> = [
  ["sign a context", `SELECT gate.sign('${noId}')`],
  ["enter a tenant without a credential", `SELECT gate.enter('${noId}')`],
  ["append to any tenant's audit", `SELECT gate.append(ARRAY['${noId}'::uuid], ARRAY['{}'::jsonb])`],
  ["read the context secret", `SELECT k FROM gate.context_secret`],
  ["replace the context secret", `UPDATE gate.context_secret SET k = 'known'`],
  ["read admin tokens", `SELECT * FROM broker.admin_tokens`],
  ["mint an admin token", `INSERT INTO broker.admin_tokens SELECT * FROM broker.admin_tokens`],
  ["become the owner", `SET ROLE vendo_owner`],
  ["become the gate", `SET ROLE vendo_gate`],
  ["log in as the owner", `SET SESSION AUTHORIZATION vendo_owner`],
  ["take a role for itself", `GRANT vendo_gate TO vendo_server`],
  ["switch policies off", `ALTER TABLE broker.apps DISABLE ROW LEVEL SECURITY`],
  ["switch FORCE off", `ALTER TABLE broker.apps NO FORCE ROW LEVEL SECURITY`],
  ["add a policy", `CREATE POLICY mine ON broker.apps USING (true)`],
  ["drop a policy", `DROP POLICY tenant ON broker.apps`],
  ["step around policies", `ALTER ROLE vendo_server BYPASSRLS`],
  ["switch triggers and foreign keys off", `SET session_replication_role = replica`],
  [
    "replace a gate function",
    `CREATE OR REPLACE FUNCTION gate.tenant() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'`
  ],
  ["put a function among ours", `CREATE FUNCTION broker.now() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
  [
    "put a function where pgcrypto lives",
    `CREATE FUNCTION public.hmac(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'`
  ],
  ["make a schema to be searched first", `CREATE SCHEMA shadow`],
  ["put a view over a table", `CREATE VIEW public.all_apps AS SELECT * FROM broker.apps`],
  ["read a file of the server", `SELECT pg_read_file('PG_VERSION')`],
  ["write a file of the server", `COPY (SELECT 1) TO '/dev/null'`],
  ["run a program on the server", `COPY (SELECT 1) TO PROGRAM 'true'`],
  ["read what others are running", `SELECT pg_ls_logdir()`],
  ["delete a key, which is evidence", `DELETE FROM broker.app_keys`],
  ["delete a connection, which is evidence", `DELETE FROM broker.connections`],
  ["change the log", `UPDATE broker.audit SET body = '{}'`],
  ["shorten the log", `DELETE FROM broker.audit`],
  ["empty the log", `TRUNCATE broker.audit`],
  ["rewind the log", `UPDATE broker.audit_heads SET seq = 0`],
  ["change the ledger", `UPDATE broker.ledger SET amount_micros = 1`],
  ["shorten the ledger", `DELETE FROM broker.ledger`],
  ["empty the ledger", `TRUNCATE broker.ledger`],
  ["read tickets, or what they are stored as", `SELECT * FROM broker.connect_sessions`],
  ["open a connect session by hand", `INSERT INTO broker.connect_sessions SELECT * FROM broker.connect_sessions`],
  ["use a ticket again", `UPDATE broker.connect_sessions SET used_at = NULL`],
  ["read events past the gate", `SELECT * FROM broker.events`],
  ["invent an event", `SELECT gate.emit('${noId}', '${noId}', '', 'connection.connected', '{}')`],
  ["make an event without a change", `INSERT INTO broker.events SELECT * FROM broker.events`],
  ["free the place of another's stream", `DELETE FROM broker.event_streams`],
  ["count events anew", `UPDATE broker.audit_heads SET event_id = 0`],
  ["read what is sealed for an upstream", `SELECT secret_box FROM broker.revocations`],
  ["say that an upstream was told", `UPDATE broker.revocations SET state = 'done'`],
  ["forget that an upstream is to be told", `DELETE FROM broker.revocations`],
  ["read the key of a pool", `SELECT sealed FROM broker.pools`],
  ["set the key of a pool", `INSERT INTO broker.pools SELECT * FROM broker.pools`],
  ["turn an exclusive integration shared", `UPDATE broker.integrations SET exclusive = false`]
]

layer(Fixture.layer)("The server's role", (it) => {
  it.effect.each(attempts)("inside a tenant can not %s", ([, statement]) =>
    Effect.gen(function* () {
      const { tenant } = yield* Fixture.makeTenant()
      const sql = yield* SqlClient.SqlClient
      assert.strictEqual((yield* insideThenUndone(tenant.id, refusal(sql.unsafe(statement)))).code, "42501")
    })
  )

  it.effect("switching row security off for the session makes reads fail, not succeed", () =>
    Effect.gen(function* () {
      const { tenant } = yield* Fixture.makeTenant()
      const sql = yield* SqlClient.SqlClient
      const read = Effect.andThen(sql`SET LOCAL row_security = off`, refusal(sql`SELECT * FROM broker.apps`))
      assert.strictEqual((yield* insideThenUndone(tenant.id, read)).code, "42501")
    })
  )

  it.effect("a function of its own in a condition is shown no row of another tenant", () =>
    Effect.gen(function* () {
      const [mine] = [yield* Fixture.makeTenant(), yield* Fixture.makeTenant()]
      const sql = yield* SqlClient.SqlClient
      const shown = Effect.gen(function* () {
        yield* sql`CREATE TEMP TABLE shown (id uuid) ON COMMIT DROP`
        yield* sql`CREATE FUNCTION pg_temp.peek(id uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0001
          AS $$ BEGIN INSERT INTO pg_temp.shown VALUES (id); RETURN true; END $$`
        yield* sql`SELECT * FROM broker.apps WHERE pg_temp.peek(id)`
        return yield* sql<{ readonly id: string }>`SELECT id FROM pg_temp.shown`
      })
      yield* Effect.flatMap(Postgres.TestDatabase, ({ asAdmin }) => asAdmin(grantTemporary))
      assert.deepStrictEqual(yield* insideThenUndone(mine.tenant.id, shown), [{ id: mine.app.id }])
    })
  )
})

/** Granted to show that nothing rests on its absence alone. */
const grantTemporary = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO vendo_server', current_database()); END $$`
})

/** Names the gate's functions use unqualified: types, which a temporary schema not named last would be asked for first. */
const typeNames = [
  "uuid",
  "text",
  "bytea",
  "jsonb",
  "bigint",
  "int8",
  "int4",
  "float8",
  "boolean",
  "timestamptz",
  "interval",
  "record"
]

const hash = `'\\x${"00".repeat(32)}'`

/** A value of each type the gate's functions take, so that every one of them is called, whatever it takes. */
const sample = (type: string, name: string): string => {
  const samples: Readonly<Record<string, string>> = {
    uuid: `'${noId}'`,
    text: `'a'`,
    bytea: hash,
    jsonb: `'{}'`,
    integer: "1",
    bigint: "1",
    "double precision": "1",
    boolean: "true",
    "uuid[]": `ARRAY['${noId}'::pg_catalog.uuid]`,
    "text[]": `ARRAY['${name === "integrations" ? "openai" : name === "connections" ? noId : ""}'::pg_catalog.text]`,
    "bytea[]": `ARRAY[${hash}::pg_catalog.bytea]`,
    "jsonb[]": `ARRAY['{}'::pg_catalog.jsonb]`
  }
  return samples[type] ?? assert.fail(`no sample of ${type}`)
}

/** A call of each function of the gate the server may call. */
const calls = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const functions = yield* sql<{
    readonly name: string
    readonly types: ReadonlyArray<string>
    readonly names: ReadonlyArray<string> | null
  }>`
    SELECT p.proname AS name, p.proargnames AS names, ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) t) AS types
    FROM pg_proc p WHERE p.pronamespace = 'gate'::regnamespace AND has_function_privilege(current_user, p.oid, 'EXECUTE')
    ORDER BY p.proname`
  return functions.map(({ name, names, types }) => {
    const values = types.map((type, i) => sample(type, names?.[i] ?? ""))
    return `SELECT * FROM gate.${name}(${values.join(", ")})`
  })
})

/** A tenant, an admin token and a key of that hash that opens a connection: so that every function gets to its end. */
const furnish = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO broker.tenants (id, slug, name) VALUES (${noId}, 'a', 'A')`
  yield* sql`INSERT INTO broker.audit_heads VALUES (${noId}, 0, sha256('genesis'))`
  yield* sql`INSERT INTO broker.connections (tenant_id, id, integration, exclusive, slot, profile, name, status)
    VALUES (${noId}, ${noId}, 'openai', false, '\\x00', 'vendo_managed_pool', 'c', 'active')`
  yield* sql.unsafe(`INSERT INTO broker.app_keys (tenant_id, id, connection_id, key_hash, pepper_id, hint)
    VALUES ('${noId}', '${noId}', '${noId}', ${hash}, 1, 'vendo_sk_abcd')`)
  yield* sql.unsafe(`INSERT INTO broker.admin_tokens (id, token_hash, pepper_id, hint, name)
    VALUES ('${noId}', ${hash}, 1, 'vendo_at_abcd', 'a')`)
})

// A database of its own: on a connection that called the gate before, its functions are compiled already.
layer(Postgres.layer)("The gate", (it) => {
  it.effect("runs nothing that was put in its way under the name of a type, table or function", () =>
    Effect.gen(function* () {
      const { asAdmin } = yield* Postgres.TestDatabase
      yield* asAdmin(Effect.andThen(grantTemporary, furnish))
      const sql = yield* SqlClient.SqlClient
      const on = yield* pinned
      yield* Effect.addFinalizer(() => Effect.ignore(on(sql`ROLLBACK`)))
      const called = yield* on(calls)
      assert.isAtLeast(called.length, 9)
      yield* on(sql`BEGIN`)
      // A sequence, for what it counts survives the rollback of a call that was refused in the end.
      yield* on(sql`CREATE TEMP SEQUENCE thefts`)
      yield* on(sql`GRANT ALL ON pg_temp.thefts TO PUBLIC`)
      yield* on(sql`CREATE FUNCTION pg_temp.steal() RETURNS pg_catalog.bool LANGUAGE plpgsql AS $$ BEGIN
        IF current_user <> session_user THEN PERFORM nextval('pg_temp.thefts'); END IF; RETURN true; END $$`)
      for (const name of ["context_secret", "app_keys", "tenants", "admin_tokens", "audit_heads"]) {
        yield* on(sql`CREATE TEMP TABLE ${sql(name)} (k pg_catalog.bytea, one pg_catalog.bool)`)
      }
      for (const name of ["sign", "tenant", "enter", "hmac", "split_part", "convert_to", "encode", "now", "unnest"]) {
        yield* on(
          sql.unsafe(`CREATE FUNCTION pg_temp.${name}(VARIADIC a pg_catalog.text[]) RETURNS pg_catalog.text LANGUAGE sql
            AS 'SELECT pg_temp.steal()::pg_catalog.text'`)
        )
      }
      for (const name of typeNames) {
        const base = name === "record" ? "text" : name === "bigint" ? "int8" : name === "boolean" ? "bool" : name
        yield* on(sql.unsafe(`CREATE DOMAIN pg_temp."${name}" AS pg_catalog.${base} CHECK (pg_temp.steal())`))
      }
      yield* on(sql`SELECT set_config('broker.ctx', ${`${noId}|x`}, true)`)
      for (const call of called) {
        yield* on(sql`SAVEPOINT call`)
        const outcome = yield* Effect.result(on(sql.unsafe(call)))
        if (outcome._tag === "Success") {
          if (call.includes("gate.vend(")) assert.deepInclude(outcome.success[0], { decision: "granted" })
          continue
        }
        // Nothing but what the gate itself refuses, a tenant that is there already, or a name no tool may have.
        assert.include(["42501", "23505", "23514"], (yield* refusal(Effect.fail(outcome.failure))).code, call)
        yield* on(sql`ROLLBACK TO SAVEPOINT call`)
      }
      const thefts = yield* on(sql`SELECT is_called FROM pg_temp.thefts`)
      assert.deepStrictEqual(thefts, [{ is_called: false }])
    })
  )

  it.effect("a prepared database lets the server leave nothing behind on a pooled connection", () =>
    Effect.gen(function* () {
      const { asAdmin } = yield* Postgres.TestDatabase
      yield* asAdmin(
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM vendo_server', current_database()); END $$`
          yield* Effect.orDie(Migrations.prepare)
        })
      )
      const sql = yield* SqlClient.SqlClient
      for (const statement of [
        `CREATE TEMP TABLE integrations (slug text)`,
        `CREATE TEMP VIEW integrations AS SELECT 1`,
        `CREATE DOMAIN pg_temp.uuid AS text`,
        `CREATE FUNCTION pg_temp.now() RETURNS int LANGUAGE sql AS 'SELECT 1'`
      ]) {
        assert.strictEqual((yield* refusal(sql.unsafe(statement))).code, "42501", statement)
      }
    })
  )
})
