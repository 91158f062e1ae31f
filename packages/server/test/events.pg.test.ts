import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Event } from "@vendodev/domain/Event"
import type { TestDatabase } from "@vendodev/testing/Postgres"
import { start } from "@vendodev/testing/ServerProcess"
import { administer } from "./edges/administer.ts"
import * as Composio from "./fixtures/composio.ts"
import { brief, connectAs, listen, userToken } from "./fixtures/listening.ts"
import * as Service from "./fixtures/service.ts"
import type { NoAnswer } from "./fixtures/wire.ts"

const { bind, connect, connectAndBind, makeApp, makeTenant, managed, vend } = Service

const changing = (connection: string, ...changes: ReadonlyArray<string>) =>
  administer(...changes.map((change) => `UPDATE broker.connections SET ${change} WHERE id = '${connection}'`))

/** So many events of one connection, one transaction each. */
const renamed = (connection: string, count: number) =>
  changing(connection, ...Array.from({ length: count }, (_, n) => `name = 'name ${n}'`))

/** Something for the app to hear: what came before has been heard by then, or is not there. */
const sentinel = (tenant: { readonly base: string; readonly app: string }) =>
  connectAndBind(tenant, "stripe", { credential: "sentinel" })

const briefs = (events: ReadonlyArray<Event>) => events.map(brief)
const ids = (events: ReadonlyArray<Event>) => events.map(({ id }) => Number(id))

layer(Composio.layer(), { excludeTestServices: true })("Events", (it) => {
  it.effect("are of each change that can be seen, in its order, and of nothing else", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const tenant = yield* makeTenant
      const stream = yield* listen(server.baseUrl, tenant.key)
      const first = yield* connectAndBind(tenant, "notion", { credential: "one" })
      const second = yield* connect(tenant.base, "notion", { credential: "two", name: "second" })
      yield* bind(tenant.base, tenant.app, "notion", second)
      yield* bind(tenant.base, tenant.app, "notion", second)
      yield* managed("DELETE", `${tenant.base}/apps/${tenant.app}/bindings/notion`)
      yield* bind(tenant.base, tenant.app, "notion", first)
      yield* changing(first, `name = 'other'`, `metadata = '{"bot": "x"}'`)
      yield* changing(first, ...["error", "needs_reauth", "pending", "active"].map((status) => `status = '${status}'`))
      // Bound to nothing; and nothing to hear of.
      yield* changing(second, `name = 'unbound'`)
      yield* changing(
        first,
        `secret_version = 9, failures = 3, token_taken_at = now(), refresh_epoch = 4, refresh_lease_until = now(),
          next_attempt_at = now(), failure_code = 'upstream_error', auth_version = 7`
      )
      yield* managed("POST", `${tenant.base}/connections/${first}/revoke`)
      yield* managed("POST", `${tenant.base}/connections/${first}/revoke`)
      yield* sentinel(tenant)
      const events = yield* stream.heard(13)
      assert.deepStrictEqual(briefs(events), [
        "connection.connected notion",
        "connection.disconnected notion",
        "connection.connected notion",
        "connection.disconnected notion",
        "connection.connected notion",
        "connection.changed notion",
        "connection.changed notion",
        "connection.status_changed notion error",
        "connection.status_changed notion needs_reauth",
        "connection.status_changed notion pending_setup",
        "connection.status_changed notion connected",
        "connection.status_changed notion revoked",
        "connection.connected stripe"
      ])
      const connections = events.map((event) => ("connection_id" in event ? event.connection_id : ""))
      assert.deepStrictEqual(connections.slice(0, 5), [first, first, second, second, first])
      assert.deepStrictEqual(
        ids(events),
        ids(events).toSorted((a, b) => a - b)
      )
    })
  )

  it.effect("are none of a refreshed token, and one of an account that needs its user, or is another", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const composio = yield* Composio.Composio
      const tenant = yield* makeTenant
      const { account, connection } = yield* Composio.connectAccount(tenant, "google")
      const stream = yield* listen(server.baseUrl, tenant.key)
      assert.strictEqual((yield* vend("google", tenant.key)).status, 200)
      yield* composio.putAccount(account, { toolkit: "google", status: "EXPIRED" })
      yield* changing(connection, `token_fresh_until = now(), token_valid_until = now()`)
      assert.strictEqual((yield* vend("google", tenant.key)).status, 401)
      const path = `${tenant.base}/connections/${connection}/reconnect`
      assert.strictEqual((yield* managed("POST", path, { composio_account_id: "ca_other" })).status, 200)
      assert.deepStrictEqual(briefs(yield* stream.heard(3)), [
        "connection.status_changed google needs_reauth",
        "connection.changed google",
        "connection.status_changed google connected"
      ])
    })
  )

  it.effect("are sent as such, and as nothing a proxy or a cache would keep", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const tenant = yield* makeTenant
      const { headers, said, status, text } = yield* listen(server.baseUrl, tenant.key)
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("content-type"), "text/event-stream")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual(headers.get("x-accel-buffering"), "no")
      yield* said("retry: 2000\n\n")
      assert.match(text(), /^: .*\nretry: 2000\n\n$/)
    })
  )

  it.effect("that were missed come first: what is after the last one heard, of the last 100", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const tenant = yield* makeTenant
      const connection = yield* connectAndBind(tenant, "notion", { credential: "x" })
      const live = yield* listen(server.baseUrl, tenant.key)
      yield* renamed(connection, 50)
      const [oldest] = yield* live.heard(50)
      yield* live.leave
      yield* renamed(connection, 100)

      const all = yield* Effect.flatMap(listen(server.baseUrl, tenant.key, { after: "0" }), ({ heard }) => heard(100))
      const last = Number(oldest?.id) + 149
      assert.deepStrictEqual(
        ids(all),
        Array.from({ length: 100 }, (_, n) => last - 99 + n)
      )
      const some = yield* listen(server.baseUrl, tenant.key, { after: String(last - 7) })
      assert.deepStrictEqual(ids(yield* some.heard(7)), ids(all).slice(-7))
      // None is missed by who has heard them all, or says so of ids that were never given.
      const none = yield* listen(server.baseUrl, tenant.key, { after: String(last) })
      const ahead = yield* listen(server.baseUrl, tenant.key, { after: "999999999999999" })
      const fresh = yield* listen(server.baseUrl, tenant.key)
      yield* none.said("retry")
      yield* ahead.said("retry")
      yield* fresh.said("retry")
      yield* sentinel(tenant)
      for (const { heard } of [none, ahead, fresh]) {
        assert.deepStrictEqual(briefs(yield* heard(1)), ["connection.connected stripe"])
      }
    })
  )

  it.effect("are each heard once by who comes back again and again, on either node, while they happen", () =>
    Effect.gen(function* () {
      const { environment, server } = yield* Service.Service
      const other = yield* start(environment)
      const tenant = yield* makeTenant
      const connection = yield* connectAndBind(tenant, "notion", { credential: "x" })
      const second = yield* connectAndBind(tenant, "slack", { credential: "y" })
      const total = 300
      const writers = yield* Effect.forkScoped(
        Effect.all([renamed(connection, total / 2), renamed(second, total / 2)], { concurrency: "unbounded" })
      )
      const heard: Array<number> = []
      for (let round = 0; heard.length < total; round++) {
        const { baseUrl } = round % 2 === 0 ? server : other
        const after = String(heard.at(-1) ?? 2)
        const wanted = Math.min(1 + (round % 9), total - heard.length)
        const events = yield* Effect.scoped(
          Effect.flatMap(listen(baseUrl, tenant.key, { after }), (s) => s.heard(wanted))
        )
        heard.push(...ids(events))
      }
      yield* Fiber.join(writers)
      assert.deepStrictEqual(
        heard,
        Array.from({ length: total }, (_, n) => n + 3)
      )
    })
  )

  it.effect("are the tenant's own, or one user's, and nobody else's", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const tenant = yield* makeTenant
      const sibling = { ...tenant, ...(yield* makeApp(tenant.base, "sibling")) }
      const stranger = yield* makeTenant
      const token = (user: string) => userToken(server.baseUrl, tenant.key, user)
      const own = yield* listen(server.baseUrl, tenant.key)
      const ada = yield* listen(server.baseUrl, tenant.key, { jwt: yield* token("ada") })
      const bob = yield* listen(server.baseUrl, tenant.key, { jwt: yield* token("bob") })
      const beside = yield* listen(server.baseUrl, sibling.key)
      const elsewhere = yield* listen(server.baseUrl, stranger.key)
      const adas = yield* connectAs(tenant, "notion", "ada")
      yield* changing(adas, `status = 'error'`)
      yield* connectAs(tenant, "slack", "bob")
      yield* connectAndBind(tenant, "linear", { credential: "own" })
      yield* sentinel(sibling)
      yield* sentinel(stranger)
      assert.deepStrictEqual(briefs(yield* ada.heard(2)), [
        "connection.connected notion",
        "connection.status_changed notion error"
      ])
      assert.deepStrictEqual(briefs(yield* bob.heard(1)), ["connection.connected slack"])
      assert.deepStrictEqual(briefs(yield* own.heard(1)), ["connection.connected linear"])
      assert.deepStrictEqual(briefs(yield* beside.heard(1)), ["connection.connected stripe"])
      assert.deepStrictEqual(briefs(yield* elsewhere.heard(1)), ["connection.connected stripe"])
      // And so is what was missed.
      yield* ada.leave
      const replayed = yield* listen(server.baseUrl, tenant.key, { jwt: yield* token("ada"), after: "0" })
      yield* changing(adas, `status = 'active'`)
      assert.deepStrictEqual(briefs(yield* replayed.heard(3)), [
        "connection.connected notion",
        "connection.status_changed notion error",
        "connection.status_changed notion connected"
      ])
    })
  )

  it.effect("end with the right to hear them, at once", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const ends = Effect.fnUntraced(function* (
        tenant: Service.Made & { readonly base: string; readonly key: string },
        jwt: string | undefined,
        end: Effect.Effect<unknown, NoAnswer, Service.Service | TestDatabase>,
        code: string
      ) {
        const asked = jwt === undefined ? {} : { jwt }
        const stream = yield* listen(server.baseUrl, tenant.key, asked)
        yield* stream.said("retry")
        yield* end
        yield* stream.ended
        const again = yield* listen(server.baseUrl, tenant.key, asked)
        assert.strictEqual(again.headers.get("vendo-error-code"), code)
      })
      const tenants = yield* Effect.replicateEffect(makeTenant, 4)
      const [revoked, expired, suspended, peopled] = tenants
      if (revoked === undefined || expired === undefined || suspended === undefined || peopled === undefined) return
      yield* ends(revoked, undefined, managed("DELETE", `${revoked.base}/keys/${revoked.keyId}`), "app_revoked")
      const soon = `UPDATE broker.app_keys SET expires_at = clock_timestamp() + interval '1 second'`
      yield* ends(expired, undefined, administer(`${soon} WHERE id = '${expired.keyId}'`), "app_expired")
      const suspend = `UPDATE broker.tenants SET status = 'suspended' WHERE id = '${suspended.id}'`
      yield* ends(suspended, undefined, administer(suspend), "app_revoked")
      const jwt = yield* userToken(server.baseUrl, peopled.key, "ada")
      yield* ends(peopled, jwt, managed("DELETE", `${peopled.base}/users/ada`), "identity_invalid")
    })
  )

  it.effect("are heard again after the database hung up on who brings word of them", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const tenant = yield* makeTenant
      const stream = yield* listen(server.baseUrl, tenant.key)
      yield* stream.said("retry")
      yield* administer(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE 'LISTEN%'`
      )
      yield* sentinel(tenant)
      assert.deepStrictEqual(briefs(yield* stream.heard(1)), ["connection.connected stripe"])
    })
  )
})
