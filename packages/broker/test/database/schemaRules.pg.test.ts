import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Fixture from "@vendodev/testing/Fixture"

/** Composite keys of which a column may be null, which skips the check for that row. Each is safe for a reason. */
const nullable = new Set([
  // No data key where there is no secret: a CHECK makes both null or neither.
  "connections.dek_version",
  // A key has one scope: a CHECK wants exactly one of the two, so one of the two foreign keys always holds.
  "app_keys.app_id",
  "app_keys.connection_id",
  // Credit is the tenant's and no app's: a CHECK wants the app with usage, and with nothing else.
  "ledger.app_id",
  // Opened by a key or by an admin token, which is of no tenant: a CHECK wants exactly one of the two. One of a key is
  // always for an app, which a CHECK wants; that of a visit is copied from its session.
  "connect_sessions.key_id",
  "connect_sessions.app_id",
  "connect_visits.key_id",
  "connect_visits.app_id",
  // To be connected again, or connected: where there is none, there is nothing to check.
  "connect_sessions.connection_id",
  "connect_visits.connection_id",
  "connect_visits.connected_id",
  // A deployment of a manifest of its own is of no tool: MATCH FULL wants both or neither.
  "deployments.tool",
  "deployments.tool_version",
  // No data key where nothing is sealed: a CHECK makes both null or neither.
  "deployments.env_dek_version",
  "idempotency_keys.dek_version",
  "revocations.dek_version",
  "connect_visits.step_dek_version"
])

layer(Fixture.layer)("The schema", (it) => {
  it.effect(
    "every table has row security, forced upon its owner too, and a policy for the server if it has tenants",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const tables = yield* sql<{
          readonly name: string
          readonly on: boolean
          readonly forced: boolean
          readonly owner: string
          readonly tenants: boolean
          readonly policies: ReadonlyArray<string>
        }>`
        SELECT c.relname AS name, c.relrowsecurity AS on, c.relforcerowsecurity AS forced, c.relowner::regrole::text AS owner,
          c.relname = 'tenants' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
            AS tenants,
          ARRAY(SELECT p.polname || ': ' || pg_get_expr(p.polqual, c.oid) || ' / ' || pg_get_expr(p.polwithcheck, c.oid)
            FROM pg_policy p WHERE p.polrelid = c.oid AND (p.polroles && ARRAY['vendo_server'::regrole::oid, 0::oid])) AS policies
        FROM pg_class c WHERE c.relnamespace = 'broker'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`
        assert.isAtLeast(tables.length, 11)
        for (const { forced, name, on, owner, policies, tenants } of tables) {
          assert.deepStrictEqual({ name, on, forced, owner }, { name, on: true, forced: true, owner: "vendo_owner" })
          if (!tenants) continue
          // One policy, of the one shape: a second would widen it, for policies are joined by OR.
          const own = `(${name === "tenants" ? "id" : "tenant_id"} = ( SELECT gate.tenant() AS tenant))`
          assert.deepStrictEqual(policies, [`tenant: ${own} / ${own}`], name)
        }
      })
  )

  it.effect("the server's role owns nothing, is nobody's member, and may step around nothing", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [role] = yield* sql`
        SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit,
          EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member,
          (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) + (SELECT count(*)::int FROM pg_proc WHERE proowner = r.oid)
            + (SELECT count(*)::int FROM pg_namespace WHERE nspowner = r.oid AND nspname !~ '^pg_(toast_)?temp')
            + (SELECT count(*)::int FROM pg_database WHERE datdba = r.oid) AS owned
        FROM pg_roles r WHERE rolname = current_user AND rolname = 'vendo_server'`
      assert.deepStrictEqual(role, {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolinherit: false,
        member: false,
        owned: 0
      })
      const others = yield* sql<{ readonly rolname: string }>`
        SELECT rolname FROM pg_roles WHERE rolname IN ('vendo_owner', 'vendo_gate')
          AND NOT (rolcanlogin OR rolsuper OR rolbypassrls)`
      assert.strictEqual(others.length, 2)
    })
  )

  it.effect("the server holds exactly the rights over tables it needs", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const granted = yield* sql<{ readonly right: string }>`
        SELECT c.oid::regclass::text || ' ' || string_agg(p.privilege, ',' ORDER BY p.privilege) AS right
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (privilege)
        WHERE n.nspname IN ('broker', 'gate') AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
          AND has_table_privilege('vendo_server', c.oid, p.privilege)
        GROUP BY c.oid ORDER BY c.oid::regclass::text`
      assert.deepStrictEqual(
        granted.map(({ right }) => right),
        [
          "broker.app_connection_bindings DELETE,INSERT,SELECT,UPDATE",
          "broker.app_keys INSERT,SELECT,UPDATE",
          "broker.apps INSERT,SELECT",
          "broker.audit SELECT",
          "broker.audit_heads SELECT",
          "broker.connect_sessions INSERT",
          "broker.connect_visits SELECT,UPDATE",
          "broker.connections INSERT,SELECT,UPDATE",
          "broker.deployment_steps SELECT",
          "broker.deployments INSERT,SELECT,UPDATE",
          "broker.hand_overs INSERT,SELECT,UPDATE",
          "broker.idempotency_keys DELETE,INSERT,SELECT,UPDATE",
          "broker.integrations SELECT",
          "broker.keyring_checks INSERT,SELECT",
          "broker.ledger INSERT,SELECT",
          "broker.removed_users INSERT,SELECT,UPDATE",
          "broker.spend_caps INSERT,SELECT,UPDATE",
          "broker.tenant_keys SELECT",
          "broker.tenants SELECT",
          "broker.tool_versions SELECT",
          "broker.tools SELECT",
          "broker.user_token_keys INSERT,SELECT"
        ]
      )
    })
  )

  it.effect(
    "of what is sealed for upstreams and pools the server may read nothing, and of the rest what it shows",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const granted = yield* sql<{ readonly right: string }>`
        SELECT c.relname || ' ' || p.privilege || ': ' || string_agg(a.attname, ' ' ORDER BY a.attname) AS right
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS p (privilege)
        WHERE c.relname IN ('pools', 'revocations') AND has_column_privilege('vendo_server', c.oid, a.attname, p.privilege)
        GROUP BY c.relname, p.privilege ORDER BY 1`
        assert.deepStrictEqual(
          granted.map(({ right }) => right),
          [
            "pools SELECT: integration",
            "revocations INSERT: composio_account_id connection_id dek_version id integration profile secret_box slot tenant_id",
            "revocations SELECT: attempts code composio_account_id connection_id created_at ended_at id integration " +
              "next_attempt_at profile state tenant_id"
          ]
        )
      })
  )

  it.effect("no column of a composite foreign key may be null, but those that are safe for a reason", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = yield* sql<{ readonly name: string }>`
        SELECT DISTINCT c.relname || '.' || a.attname AS name
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
        WHERE k.contype = 'f' AND cardinality(k.conkey) > 1 AND c.relnamespace = 'broker'::regnamespace
          AND NOT a.attnotnull`
      assert.deepStrictEqual(new Set(columns.map(({ name }) => name)), nullable)
    })
  )

  it.effect("a reference from one tenant's row to another's always carries the tenant", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const bare = yield* sql`
        SELECT k.conrelid::regclass::text, k.conname FROM pg_constraint k
        JOIN pg_class target ON target.oid = k.confrelid
        WHERE k.contype = 'f' AND k.connamespace = 'broker'::regnamespace
          AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = k.conrelid AND attname = 'tenant_id')
          AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = k.confrelid AND attname = 'tenant_id')
          AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = ANY (k.conkey) AND attname = 'tenant_id')`
      assert.deepStrictEqual(bare, [])
    })
  )

  it.effect("no view, and no function outside the gate, reads with another's rights", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const views = yield* sql`
        SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relkind IN ('v', 'm', 'f')
          AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)`
      assert.deepStrictEqual(views, [])
      const rules = yield* sql`
        SELECT r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace IN ('broker'::regnamespace, 'gate'::regnamespace)`
      assert.deepStrictEqual(rules, [])
      const definers = yield* sql<{ readonly name: string; readonly schema: string }>`
        SELECT p.oid::regprocedure::text AS name, n.nspname AS schema
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND n.nspname <> 'pg_catalog'`
      assert.isAtLeast(definers.length, 11)
      assert.deepStrictEqual(
        definers.filter(({ schema }) => schema !== "gate"),
        []
      )
    })
  )

  it.effect("every function of the gate pins its search path, temporary objects last, and is not the public's", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const functions = yield* sql<{ readonly name: string }>`
        SELECT p.oid::regprocedure::text AS name, p.proowner::regrole::text AS owner,
          ARRAY(SELECT setting FROM unnest(p.proconfig) AS setting WHERE setting NOT SIMILAR TO '(enable|plan)%') AS config,
          EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0) AS public
        FROM pg_proc p WHERE p.pronamespace IN ('gate'::regnamespace, 'broker'::regnamespace)`
      for (const { name, ...rest } of functions) {
        const expected = { owner: "vendo_gate", config: ["search_path=pg_catalog, pg_temp"], public: false }
        assert.deepStrictEqual(rest, expected, name)
      }
      const inside =
        /^gate\.(?:append|emit|enter|fuse_holds|key_scope|lets_go|listener|refuse_destroyed|settle|sign|deployment_step|(?:binding|connection|moved)_environment|(?:binding|connection|deployment|ledger|pause)_event|hand_over_(?:destroyed|unbound)|revocation_queued|wake)\(/
      const callable = functions.filter(({ name }) => !inside.test(name))
      assert.strictEqual(callable.length, functions.length - 23)
      const granted = yield* sql<{ readonly name: string }>`
        SELECT p.oid::regprocedure::text AS name FROM pg_proc p
        WHERE p.pronamespace = 'gate'::regnamespace AND has_function_privilege('vendo_server', p.oid, 'EXECUTE')`
      assert.deepStrictEqual(new Set(granted.map(({ name }) => name)), new Set(callable.map(({ name }) => name)))
    })
  )
})
