import { assert, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { Bindings } from "@vendodev/broker/manage/Bindings"
import { Connections } from "@vendodev/broker/manage/Connections"
import { ConnectionId } from "@vendodev/domain/Ids"
import * as Fixture from "@vendodev/testing/Fixture"
import {
  accountId,
  administer,
  begun,
  columnsOf,
  created,
  ended,
  inUse,
  lastRecords,
  named,
  nothingHeld
} from "./fixtures/managed.ts"

const absent = ConnectionId.make("00000000-0000-4000-8000-000000000000")
const pasted = { slug: "notion", credential: Option.some(Redacted.make("ntn_pasted_once")) }

const managed = Fixture.makeManaged({ slug: "google", account: "ca_first" })

layer(Fixture.layer)("A connection to an account", (it) => {
  it.effect("names its account, and a connection of any other profile has none to name", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const made = yield* within(created(named("work", "ca_first")))
      assert.deepInclude(made, { profile: "composio_managed", status: "active", user: null, failure: null })
      assert.deepStrictEqual(made.metadata, { composio_account_id: "ca_first" })
      // Where there is a choice, to name one is to choose.
      assert.strictEqual((yield* within(created(named("s", "ca_s", { slug: "slack" })))).profile, "composio_managed")

      const field = "composio_account_id"
      for (const [input, wrong] of [
        [named("none"), field],
        [named("pasted", "ca_x", pasted), field],
        [named("static", "ca_x", { slug: "slack", profile: Option.some("byok_static") }), "credential"],
        [
          named("both", "ca_x", { credential: pasted.credential, profile: Option.some("composio_managed") }),
          "credential"
        ],
        [named("elsewhere", "ca_x", { slug: "telegram" }), "credential"]
      ] as const) {
        const refused = yield* Effect.flip(within(created(input)))
        assert.deepInclude(refused, { _tag: "validation_failed", field: wrong }, input.name)
      }
      assert.lengthOf(yield* within(Effect.flatMap(Connections, ({ list }) => list)), 2)
    })
  )

  it.effect("is not made of a key, which would be kept in the open; nor is the key repeated", () =>
    Effect.gen(function* () {
      const { connection, within } = yield* managed
      const connections = yield* Connections
      for (const key of ["ak_hunter2", "uak_hunter2", "vendo_sk_hunter2", "vendo_at_hunter2"]) {
        for (const refusal of [
          Effect.flip(within(created(named("key", key)))),
          Effect.flip(within(connections.reconnect(connection.id, { account: accountId(key) })))
        ]) {
          const refused = yield* refusal
          assert.deepInclude(refused, { _tag: "validation_failed", field: "composio_account_id" })
          assert.notInclude(JSON.stringify(refused), "hunter2")
        }
      }
    })
  )

  it.effect("is created once: again or at once with that account, before and after it holds a token", () =>
    Effect.gen(function* () {
      const { within } = yield* Fixture.makeTenant()
      const attempts = Array.from({ length: 8 }, () => within(created(named("work", "ca_first"))))
      const made = yield* Effect.all(attempts, { concurrency: "unbounded" })
      const first = yield* within(created(named("work", "ca_first")))
      assert.deepStrictEqual(new Set(made.map(({ id }) => id)), new Set([first.id]))
      yield* inUse(first.id)
      assert.strictEqual((yield* within(created(named("work", "ca_first")))).id, first.id)

      const refused = yield* Effect.flip(within(created(named("work", "ca_other"))))
      assert.strictEqual(refused._tag, "conflict")
      assert.deepStrictEqual((yield* within(created(named("work", "ca_first")))).metadata, first.metadata)
    })
  )

  it.effect("takes another account in its place: bindings stay, and all that was known of the old one goes", () =>
    Effect.gen(function* () {
      const { app, connection, key, tenant, within } = yield* managed
      const [bindings, connections] = [yield* Bindings, yield* Connections]
      const bound = yield* within(bindings.list(app.id))
      for (const [account, before, status] of [
        ["ca_second", "ca_first", "needs_reauth"],
        // The same one, authorised again over there.
        ["ca_second", "ca_second", "error"],
        ["ca_third", "ca_second", "active"]
      ] as const) {
        const lease = yield* begun(key, connection.id)
        yield* inUse(connection.id, status)
        const { secret_version: version } = yield* columnsOf(connection.id)
        const after = yield* within(connections.reconnect(connection.id, { account: accountId(account) }))
        assert.deepStrictEqual(after, { ...connection, metadata: { composio_account_id: account } })
        assert.deepStrictEqual(yield* columnsOf(connection.id), {
          ...nothingHeld,
          status: "active",
          secret_version: Number(version) + 1,
          refresh_epoch: Number(lease.epoch) + 1,
          failures: 0,
          failure_code: null,
          failure_detail: null,
          next_attempt_at: null,
          needs_reauth_at: null
        })
        // Whoever was asking for the old account's token brings it to nobody.
        assert.strictEqual(yield* ended(lease), "lost")
        assert.containSubset(yield* lastRecords(tenant.id, 1), [
          {
            action: "connection.reconnect",
            object: { kind: "connection", id: connection.id },
            with: { account, account_before: before }
          }
        ])
      }
      assert.deepStrictEqual(yield* within(bindings.list(app.id)), bound)
      assert.strictEqual((yield* within(created(named("test", "ca_third")))).id, connection.id)
    })
  )

  it.effect("takes no other account once it is revoked, and one that has no account takes none", () =>
    Effect.gen(function* () {
      const { connection, within } = yield* managed
      const [connections, stranger] = [yield* Connections, yield* Fixture.makeTenant()]
      const other = yield* within(created(named("pasted", undefined, pasted)))
      const reconnected = (id: ConnectionId) => connections.reconnect(id, { account: accountId("ca_second") })
      const refusals = [
        [stranger.within(reconnected(connection.id)), "not_found"],
        [within(reconnected(absent)), "not_found"],
        [within(reconnected(other.id)), "validation_failed"],
        [within(Effect.andThen(connections.revoke(connection.id), reconnected(connection.id))), "connection_revoked"]
      ] as const
      for (const [attempt, code] of refusals) assert.strictEqual((yield* Effect.flip(attempt))._tag, code)
      // The refusal took the revocation with it: both were one transaction.
      assert.deepStrictEqual(yield* within(connections.get(connection.id)), connection)
      yield* within(connections.revoke(connection.id))
      const refused = yield* Effect.flip(within(reconnected(connection.id)))
      assert.strictEqual(refused._tag, "connection_revoked")
      assert.strictEqual((yield* within(connections.get(connection.id))).status, "revoked")
    })
  )

  it.effect("revoked holds no token and no lease, and a refresh under way brings none back", () =>
    Effect.gen(function* () {
      const { connection, key, within } = yield* managed
      const connections = yield* Connections
      const lease = yield* begun(key, connection.id)
      yield* inUse(connection.id)
      const { failure, status } = yield* within(connections.revoke(connection.id))
      assert.deepStrictEqual({ failure, status }, { failure: null, status: "revoked" })
      const columns = yield* columnsOf(connection.id)
      assert.deepInclude(columns, { ...nothingHeld, status: "revoked", refresh_epoch: Number(lease.epoch) + 1 })
      assert.strictEqual(yield* ended(lease), "lost")
      assert.deepStrictEqual(yield* columnsOf(connection.id), columns)
    })
  )

  it.effect("shows why it gives no token, for as long as that is so", () =>
    Effect.gen(function* () {
      const { connection, within } = yield* managed
      const connections = yield* Connections
      const failure = { code: "upstream_error", detail: "it failed" }
      const shown = Effect.map(within(connections.get(connection.id)), (connection) => connection.failure)
      for (const [status, code, again, expected] of [
        ["error", "upstream_error", "-1 hour", failure],
        ["needs_reauth", "upstream_error", "-1 hour", failure],
        // It is left alone for a while.
        ["active", "upstream_error", "1 hour", failure],
        // It may be asked again: what was is not known to be.
        ["active", "upstream_error", "-1 hour", null],
        ["error", null, "-1 hour", null]
      ] as const) {
        yield* administer(
          (sql) => sql`UPDATE broker.connections SET status = ${status}, failure_code = ${code},
            failure_detail = 'it failed', next_attempt_at = now() + ${again}::text::interval
            WHERE id = ${connection.id}`
        )
        assert.deepStrictEqual(yield* shown, expected, `${status} ${code} ${again}`)
      }
    })
  )
})
