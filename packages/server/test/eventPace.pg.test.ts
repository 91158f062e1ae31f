import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Context, Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Pace } from "@vendodev/broker/events/Events"
import { Draining } from "@vendodev/server/Draining"
import { Embedded } from "@vendodev/server/Embedded"
import { broker } from "@vendodev/server/Server"
import { Settings } from "@vendodev/server/Settings"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { administer } from "./edges/administer.ts"
import { eventually } from "./fixtures/cluster.ts"
import { brief, listen, userToken } from "./fixtures/listening.ts"
import * as Service from "./fixtures/service.ts"

const { connectAndBind, makeApp, makeTenant } = Service

/** The service in this process, whose silent streams say more often that they are there. */
const hasty = Effect.gen(function* () {
  const { environment } = yield* Service.Service
  const env = { PORT: "0", ...environment }
  const context = yield* Layer.build(
    Layer.merge(Embedded.layer, Layer.effect(Draining, Draining)).pipe(
      Layer.provide([broker, Draining.layer]),
      Layer.provide(Layer.succeed(Pace, { ping: Duration.millis(200), lease: Duration.seconds(60) })),
      Layer.provide(Settings.layer),
      Layer.provide([NodeServices.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))])
    )
  )
  return { ...Context.get(context, Embedded), draining: Context.get(context, Draining) }
})

const base = "http://localhost"

const places = Effect.fnUntraced(function* (tenant: string) {
  const { asAdmin } = yield* TestDatabase
  return yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly left: number }>`
        SELECT extract(epoch FROM lease_until - now())::float8 AS left FROM broker.event_streams
        WHERE tenant_id = ${tenant}::uuid
      `
    )
  )
})

layer(Service.layer(), { excludeTestServices: true })("A stream of events", (it) => {
  it.effect("without a socket is heard as it goes on, says that it is there, and is over when its reader leaves", () =>
    Effect.gen(function* () {
      const { fetch } = yield* hasty
      const tenant = yield* makeTenant
      const stream = yield* listen(base, tenant.key, { fetch })
      assert.strictEqual(stream.headers.get("content-type"), "text/event-stream")
      yield* stream.said("retry: 2000\n\n")
      yield* stream.said(": ping\n\n: ping\n\n")
      yield* connectAndBind(tenant, "notion", { credential: "x" })
      assert.deepStrictEqual((yield* stream.heard(1)).map(brief), ["connection.connected notion"])
      assert.strictEqual((yield* places(tenant.id)).length, 1)
      yield* stream.leave
      yield* eventually(Effect.filterOrFail(places(tenant.id), (left) => left.length === 0))
    })
  )

  it.effect("without a socket ends when the service is told to stop", () =>
    Effect.gen(function* () {
      const { draining, fetch } = yield* hasty
      const tenant = yield* makeTenant
      const stream = yield* listen(base, tenant.key, { fetch })
      yield* stream.said("retry")
      yield* draining.start
      yield* stream.ended
    })
  )

  it.effect("keeps its place while it says that it is there", () =>
    Effect.gen(function* () {
      const { fetch } = yield* hasty
      const tenant = yield* makeTenant
      const stream = yield* listen(base, tenant.key, { fetch })
      yield* stream.said("retry")
      yield* administer(`UPDATE broker.event_streams SET lease_until = now() WHERE tenant_id = '${tenant.id}'`)
      yield* eventually(Effect.filterOrFail(places(tenant.id), ([place]) => (place?.left ?? 0) > 50))
    })
  )

  it.effect("finds out by itself what nobody brought word of, an end included", () =>
    Effect.gen(function* () {
      const { fetch } = yield* hasty
      const tenant = yield* makeTenant
      const stream = yield* listen(base, tenant.key, { fetch })
      yield* stream.said("retry")
      yield* administer(
        `UPDATE broker.audit_heads SET event_id = event_id + 1 WHERE tenant_id = '${tenant.id}'`,
        `INSERT INTO broker.events SELECT tenant_id, event_id, '${tenant.app}', '', 'billing.cap_warned',
          '{"window": "daily", "pct": 80}', now() FROM broker.audit_heads WHERE tenant_id = '${tenant.id}'`
      )
      assert.deepStrictEqual((yield* stream.heard(1)).map(brief), ["billing.cap_warned"])
      yield* administer(
        `ALTER TABLE broker.app_keys DISABLE TRIGGER wake`,
        `UPDATE broker.app_keys SET revoked_at = now() WHERE id = '${tenant.keyId}'`,
        `ALTER TABLE broker.app_keys ENABLE TRIGGER wake`
      )
      yield* stream.ended
    })
  )

  it.effect("tells each app of the tenant what is left, the one that used it what it used, and no user either", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      const tenant = yield* makeTenant
      const sibling = yield* makeApp(tenant.base, "sibling")
      const jwt = yield* userToken(server.baseUrl, tenant.key, "ada")
      const user = yield* listen(server.baseUrl, tenant.key, { jwt })
      const own = yield* listen(server.baseUrl, tenant.key)
      const other = yield* listen(server.baseUrl, sibling.key)
      for (const stream of [user, own, other]) yield* stream.said("retry")
      const entry = (kind: string, app: string, provider: string, amount: number) =>
        administer(`INSERT INTO broker.ledger (tenant_id, id, kind, app_id, provider, amount_micros, reference)
          VALUES ('${tenant.id}', gen_random_uuid(), '${kind}', ${app}, ${provider}, ${amount}, gen_random_uuid())`)
      yield* entry("credit", "NULL", "NULL", 1_000_000)
      yield* entry("usage", `'${tenant.app}'`, "'openai'", -250_000)
      const { id } = yield* Service.made("POST", `${tenant.base}/connections`, {
        slug: "notion",
        credential: "x",
        user: "ada"
      })
      yield* Service.bind(tenant.base, tenant.app, "notion", id)
      const said = (events: ReadonlyArray<object>): ReadonlyArray<object> =>
        events.map((event) => ({ ...event, at: "", id: "" }))
      const left = (remaining_micros: number) => ({ at: "", id: "", kind: "billing.balance_changed", remaining_micros })
      assert.deepStrictEqual(said(yield* own.heard(3)), [
        left(1_000_000),
        { at: "", id: "", kind: "billing.usage_recorded", provider: "openai", micros: 250_000 },
        left(750_000)
      ])
      assert.deepStrictEqual(said(yield* other.heard(2)), [left(1_000_000), left(750_000)])
      assert.deepStrictEqual((yield* user.heard(1)).map(brief), ["connection.connected notion"])
    })
  )
})
