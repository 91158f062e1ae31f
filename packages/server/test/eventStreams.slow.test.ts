import { assert, layer } from "@effect/vitest"
import { Array, Effect } from "effect"
import { start, stop } from "@vendodev/testing/ServerProcess"
import { administer } from "./edges/administer.ts"
import { isRow, isToken } from "./edges/row.ts"
import { eventually } from "./fixtures/cluster.ts"
import { listen, path, userToken } from "./fixtures/listening.ts"
import * as Service from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"
import * as World from "./edges/world.ts"

const { makeTenant, vend } = Service

/** Waits for a place: that somebody left is noticed in the server's own time. */
const letIn = (baseUrl: string, key: string) =>
  eventually(Effect.filterOrFail(listen(baseUrl, key), ({ status }) => status === 200))

const asked = Effect.fnUntraced(function* (
  bearer: string,
  { method = "GET", ...headers }: Readonly<Record<string, string>> = {}
) {
  const { port } = yield* Service.Service
  return yield* one(port, message({ path, method, bearer, headers }), { head: method === "HEAD" })
})

layer(World.layer(), { excludeTestServices: true })("Streams of events", (it) => {
  it.effect("are five for an app, however many ask at once on two nodes, and one more when one is left", () =>
    Effect.gen(function* () {
      const { environment, server } = yield* Service.Service
      const nodes = [server, yield* start(environment)]
      const tenant = yield* makeTenant
      const streams = yield* Effect.forEach(
        Array.range(0, 39),
        (n) => listen(nodes[n % 2]?.baseUrl ?? "", tenant.key),
        { concurrency: "unbounded" }
      )
      const open = streams.filter(({ status }) => status === 200)
      assert.strictEqual(open.length, 5)
      for (const { headers, status } of streams.filter((stream) => !open.includes(stream))) {
        assert.deepStrictEqual([status, headers.get("vendo-error-code")], [429, "rate_limited"])
        const wait = Number(headers.get("retry-after"))
        assert.isTrue(wait >= 1 && wait <= 60, String(wait))
      }
      // Of another app nobody is in the way.
      assert.strictEqual((yield* listen(server.baseUrl, (yield* makeTenant).key)).status, 200)
      for (const stream of open.slice(0, 2)) yield* stream.leave
      for (const _ of Array.range(1, 2)) yield* letIn(server.baseUrl, tenant.key)
      assert.strictEqual((yield* listen(server.baseUrl, tenant.key)).status, 429)
    })
  )

  it.effect("of a node that was killed are in the way until their leases are over, and no longer", () =>
    Effect.gen(function* () {
      const { environment, server } = yield* Service.Service
      const doomed = yield* start(environment)
      const tenant = yield* makeTenant
      for (const _ of Array.range(1, 5)) yield* listen(doomed.baseUrl, tenant.key)
      yield* stop(doomed.child, "SIGKILL")
      assert.strictEqual((yield* listen(server.baseUrl, tenant.key)).status, 429)
      yield* administer(
        `UPDATE broker.event_streams SET lease_until = lease_until - interval '60 seconds' WHERE tenant_id = '${tenant.id}'`
      )
      const streams = yield* Effect.replicateEffect(listen(server.baseUrl, tenant.key), 5)
      assert.deepStrictEqual(new Set(streams.map(({ status }) => status)), new Set([200]))
      assert.strictEqual((yield* listen(server.baseUrl, tenant.key)).status, 429)
    })
  )

  it.effect("that lost their places to others end", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const tenant = yield* makeTenant
      const stream = yield* listen(server.baseUrl, tenant.key)
      yield* stream.said("retry")
      yield* administer(
        `UPDATE broker.event_streams SET stream = gen_random_uuid() WHERE tenant_id = '${tenant.id}'`,
        `SELECT pg_notify('vendo_events', '${tenant.id}')`
      )
      yield* stream.ended
    })
  )

  it.effect("end when the server is told to stop, which then stops", () =>
    Effect.gen(function* () {
      const { environment, server } = yield* Service.Service
      const tenant = yield* makeTenant
      const stopping = yield* start(environment)
      // By a client that keeps its connections.
      const streams = yield* Effect.replicateEffect(listen(stopping.baseUrl, tenant.key, { fetch }), 5)
      for (const stream of streams) yield* stream.said("retry")
      // A request under way may take 25 seconds.
      assert.strictEqual(yield* Effect.timeout(stop(stopping.child), "10 seconds"), 0)
      for (const stream of streams) yield* stream.ended
      // And their places are free.
      for (const _ of streams) assert.strictEqual((yield* listen(server.baseUrl, tenant.key)).status, 200)
    })
  )

  it.effect("are no requests in flight, and hold no connection of the pool", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service.Service
      const { keys, token } = yield* World.World
      const { baseUrl, port } = yield* start({ ...environment, VENDO_MAX_IN_FLIGHT: "1" })
      for (const _ of Array.range(1, 4)) {
        const { key } = yield* makeTenant
        for (const _ of Array.range(1, 5)) assert.strictEqual((yield* listen(baseUrl, key)).status, 200)
      }
      isToken(yield* one(port, message({ path: "/credentials/notion", bearer: keys.good })), token)
    })
  )

  it.effect("are refused as everything else is", () =>
    Effect.gen(function* () {
      const { adminToken, server } = yield* Service.Service
      const { keys, own } = yield* World.World
      isRow(yield* asked(keys.unknown), "app_unknown")
      isRow(yield* asked(adminToken), "app_unknown")
      isRow(yield* asked(keys.revoked), "app_revoked")
      isRow(yield* asked(keys.suspended), "app_revoked")
      isRow(yield* asked(keys.expired), "app_expired")
      isRow(yield* asked(keys.connection), "forbidden")
      isRow(yield* asked(keys.good, { "X-Vendo-User-JWT": "a.b.c" }), "identity_invalid")
      const stranger = yield* makeTenant
      const foreign = yield* userToken(server.baseUrl, stranger.key, "ada")
      isRow(yield* asked(keys.good, { "X-Vendo-User-JWT": foreign }), "identity_invalid")
      const field = { field: "last-event-id" }
      for (const id of ["", "-1", "1.5", "0x1", "1".repeat(16), "latest", "1,2"]) {
        isRow(yield* asked(keys.good, { "Last-Event-ID": id }), "validation_failed", field)
      }
      isRow(yield* asked(keys.good, { method: "POST" }), "method_not_allowed", { allow: "GET" })
      isRow(yield* asked(keys.good, { method: "HEAD" }), "method_not_allowed", { allow: "GET", head: true })
      isRow(yield* asked(keys.good, { "Content-Length": "2000" }), "too_large")
      // None of them kept a place.
      const streams = yield* Effect.replicateEffect(letIn(server.baseUrl, keys.good), 5)
      assert.strictEqual(streams.length, 5)
      isRow(yield* asked(keys.good), "rate_limited")
      isRow(yield* asked(keys.revoked), "app_revoked")
      isRow(yield* asked(keys.good, { "X-Vendo-User-JWT": "a.b.c" }), "rate_limited")
      isRow(yield* vend("gmail", own.key), "binding_missing")
    })
  )
})
