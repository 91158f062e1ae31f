import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { start } from "@vendodev/testing/ServerProcess"
import { administer } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"
import { userToken } from "./fixtures/runtime.ts"
import * as Service from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"

const publicUrl = "https://vendo.example"

const ask = Effect.fnUntraced(function* (what: string, bearer?: string, headers: Record<string, string> = {}) {
  const { port } = yield* Service.Service
  return yield* one(
    port,
    message({ path: `/api/billing/${what}`, ...(bearer === undefined ? {} : { bearer }), headers })
  )
})

const Body = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json))

const told = Effect.fnUntraced(function* (what: string, bearer: string) {
  const answer = yield* ask(what, bearer)
  assert.strictEqual(answer.status, 200, answer.body)
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  return yield* Effect.orDie(Schema.decodeUnknownEffect(Body)(answer.body))
})

const credit = (base: string, amount_micros: unknown, reference: unknown = crypto.randomUUID()) =>
  Service.managed("POST", `${base}/credits`, { amount_micros, reference })

/** Usage as a metering proxy would record it; `at` is SQL. */
const use = ({ app, id }: { readonly app: string; readonly id: string }, slug: string, micros: number, at = "now()") =>
  administer(
    `INSERT INTO broker.ledger (tenant_id, id, at, kind, app_id, provider, amount_micros, reference)
      VALUES ('${id}', gen_random_uuid(), ${at}, 'usage', '${app}', '${slug}', ${-micros}, gen_random_uuid()::text)`
  )

const startOf = (unit: string) => `date_trunc('${unit}', now(), 'UTC')`

const changes = Effect.fnUntraced(function* (tenant: string, action: string) {
  const { asAdmin } = yield* TestDatabase
  return yield* asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly with: unknown }>`
        SELECT body->'with' AS with FROM broker.audit
        WHERE tenant_id = ${tenant} AND body->>'action' = ${action} ORDER BY seq
      `
    )
  )
})

layer(Service.layer({ VENDO_PUBLIC_URL: publicUrl }), { excludeTestServices: true })("A balance", (it) => {
  it.effect("is what was added less what was used, in whole micros, and never below nothing", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const balance = Effect.map(told("balance", tenant.key), (body) => {
        const { credits_remaining_micros, ...rest } = body
        assert.deepStrictEqual(rest, { currency: "USD", top_up_url: `${publicUrl}/billing/top-up` })
        return credits_remaining_micros
      })
      assert.strictEqual(yield* balance, 0)
      yield* credit(tenant.base, 5_000_000)
      yield* credit(tenant.base, 1)
      assert.strictEqual(yield* balance, 5_000_001)
      yield* use(tenant, "openai", 1_234_567)
      assert.strictEqual(yield* balance, 3_765_434)
      yield* credit(tenant.base, -765_434)
      assert.strictEqual(yield* balance, 3_000_000)
      yield* use(tenant, "openai", 4_000_000)
      assert.strictEqual(yield* balance, 0)
      for (let i = 0; i < 10; i++) yield* credit(tenant.base, 1_000_000_000_000_000)
      assert.strictEqual(yield* balance, Number.MAX_SAFE_INTEGER)
    })
  )

  it.effect("is the tenant's: the same for every key of it, and nobody else's", () =>
    Effect.gen(function* () {
      const [tenant, other] = [yield* Service.makeTenant, yield* Service.makeTenant]
      const notion = yield* Service.connect(tenant.base, "notion", { credential: "x_unsaid" })
      const { key: narrow = "" } = yield* Service.made("POST", `${tenant.base}/connections/${notion}/keys`, {})
      yield* credit(tenant.base, 70)
      for (const key of [tenant.key, narrow]) {
        assert.strictEqual((yield* told("balance", key))["credits_remaining_micros"], 70)
      }
      assert.strictEqual((yield* told("balance", other.key))["credits_remaining_micros"], 0)
      for (const what of ["spend-caps", "usage"]) isRow(yield* ask(what, narrow), "forbidden")
    })
  )

  it.effect("is used by each app by itself, counted by days and months of UTC, under the caps that were set", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const second = yield* Service.makeApp(tenant.base, "second")
      assert.deepStrictEqual(yield* told("spend-caps", tenant.key), {
        daily_micros: null,
        monthly_micros: null,
        used_today_micros: 0,
        used_month_micros: 0
      })
      yield* use(tenant, "openai", 100)
      yield* use(tenant, "openai", 20, startOf("day"))
      yield* use(tenant, "anthropic", 3, startOf("day"))
      // Not of this month, whatever today is.
      yield* use(tenant, "openai", 1_000, `${startOf("month")} - interval '1 microsecond'`)
      yield* use({ ...tenant, app: second.app }, "openai", 50_000)
      yield* Service.managed("PUT", `${tenant.base}/apps/${tenant.app}/spend-caps`, {
        daily_micros: 0,
        monthly_micros: 9_000_000
      })
      assert.deepStrictEqual(yield* told("spend-caps", tenant.key), {
        daily_micros: 0,
        monthly_micros: 9_000_000,
        used_today_micros: 123,
        used_month_micros: 123
      })
      assert.strictEqual((yield* told("spend-caps", second.key))["daily_micros"], null)

      const { since, ...month } = yield* told("usage", tenant.key)
      const providers = [
        { provider: "anthropic", micros: 3, events: 1 },
        { provider: "openai", micros: 120, events: 2 }
      ]
      assert.deepStrictEqual(month, { period: "month", total_micros: 123, providers })
      assert.match(String(since), /^\d{4}-\d\d-01T00:00:00\.000Z$/)
      const day = yield* told("usage?period=day", tenant.key)
      assert.deepStrictEqual({ ...day, since: "" }, { since: "", period: "day", total_micros: 123, providers })
      assert.match(String(day["since"]), /^\d{4}-\d\d-\d\dT00:00:00\.000Z$/)
      assert.deepStrictEqual(yield* told("usage?period=month", tenant.key), { since: since ?? null, ...month })
      assert.deepStrictEqual((yield* told("usage", second.key))["total_micros"], 50_000)
    })
  )

  it.effect("counts what was used yesterday to the month alone", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const yesterday = `${startOf("day")} - interval '1 microsecond'`
      yield* use(tenant, "openai", 8, yesterday)
      assert.strictEqual((yield* told("spend-caps", tenant.key))["used_today_micros"], 0)
      assert.deepStrictEqual((yield* told("usage?period=day", tenant.key))["providers"], [])
    })
  )

  it.effect("is refused to who may not ask: shape, key, user", () =>
    Effect.gen(function* () {
      const { adminToken, port } = yield* Service.Service
      const [tenant, other] = [yield* Service.makeTenant, yield* Service.makeTenant]
      const [own, foreign] = [yield* userToken(tenant.key, "alice"), yield* userToken(other.key, "alice")]
      const jwt = (value: string) => ({ "X-Vendo-User-JWT": value })
      for (const what of ["balance", "spend-caps", "usage"]) {
        assert.strictEqual((yield* ask(what, tenant.key, jwt(own))).status, 200)
        isRow(yield* ask(what, tenant.key, jwt(foreign)), "identity_invalid")
        isRow(yield* ask(what, tenant.key, jwt("a.b.c")), "identity_invalid")
        isRow(yield* ask(what), "app_unknown", { sent: false })
        isRow(yield* ask(what, adminToken), "app_unknown")
        const posted = { method: "POST", path: `/api/billing/${what}`, bearer: tenant.key }
        isRow(yield* one(port, message(posted)), "method_not_allowed", { allow: "GET" })
      }
      isRow(yield* ask("usage?perod=day", tenant.key), "validation_failed", { field: "perod" })
      for (const period of ["", "year", "Day", "day&period=day"]) {
        isRow(yield* ask(`usage?period=${period}`, "hunter2"), "validation_failed", { field: "period" })
      }
      yield* administer(`UPDATE broker.app_keys SET expires_at = now() WHERE id = '${tenant.keyId}'`)
      for (const what of ["balance", "spend-caps", "usage"]) {
        isRow(yield* ask(what, tenant.key, jwt("a.b.c")), "app_expired")
      }
      yield* Service.managed("DELETE", `${tenant.base}/keys/${tenant.keyId}`)
      for (const what of ["balance", "spend-caps", "usage"]) isRow(yield* ask(what, tenant.key), "app_revoked")
    })
  )

  it.effect("is added to once for each reference, on the word of an admin token, and each time it is recorded", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const first = yield* credit(tenant.base, 10, "invoice-1")
      assert.strictEqual(first.status, 200, first.body)
      const again = yield* credit(tenant.base, 10, "invoice-1")
      assert.strictEqual(again.body, first.body)
      isRow(yield* credit(tenant.base, 11, "invoice-1"), "conflict")
      const many = yield* Effect.all(
        Array.from({ length: 10 }, () => credit(tenant.base, 7, "invoice-2")),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(many.map(({ body }) => body)).size, 1)
      assert.strictEqual((yield* told("balance", tenant.key))["credits_remaining_micros"], 17)
      const other = yield* Service.makeTenant
      assert.strictEqual((yield* credit(other.base, 99, "invoice-1")).status, 200)
      const listed = yield* Service.managed("GET", `${tenant.base}/credits`)
      const { credits }: { readonly credits: ReadonlyArray<Record<string, unknown>> } = JSON.parse(listed.body)
      assert.deepStrictEqual(
        credits.map(({ amount_micros, reference }) => [reference, amount_micros]),
        [
          ["invoice-1", 10],
          ["invoice-2", 7]
        ]
      )
      assert.deepStrictEqual(credits[0], JSON.parse(first.body))
      const records = yield* changes(tenant.id, "credit.add")
      assert.deepStrictEqual(
        records.map((record) => record.with),
        [
          { amount_micros: "10", reference: "invoice-1" },
          { amount_micros: "7", reference: "invoice-2" }
        ]
      )
      // A reference of usage is taken, too.
      yield* use(tenant, "openai", 1)
      yield* administer(
        `INSERT INTO broker.ledger (tenant_id, id, kind, app_id, provider, amount_micros, reference)
          VALUES ('${tenant.id}', gen_random_uuid(), 'usage', '${tenant.app}', 'openai', -10, 'invoice-3')`
      )
      isRow(yield* credit(tenant.base, -10, "invoice-3"), "conflict")
    })
  )

  it.effect("takes whole amounts and plain references, and caps that are amounts", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      for (const amount of [0, 1.5, "5", null, 1e15 + 1, -1e15 - 1, 1e300]) {
        isRow(yield* credit(tenant.base, amount), "validation_failed", { field: "amount_micros" })
      }
      for (const reference of ["", "two words", "é", "x".repeat(129), 7, null]) {
        isRow(yield* credit(tenant.base, 1, reference), "validation_failed", { field: "reference" })
      }
      const caps = (body: unknown, app = tenant.app) =>
        Service.managed("PUT", `${tenant.base}/apps/${app}/spend-caps`, body)
      for (const daily_micros of [-1, 0.5, "5", 1e15 + 1]) {
        isRow(yield* caps({ daily_micros, monthly_micros: null }), "validation_failed", { field: "daily_micros" })
      }
      isRow(yield* caps({ daily_micros: 1 }), "validation_failed", { field: "monthly_micros" })
      isRow(yield* caps({ daily_micros: null, monthly_micros: null }, crypto.randomUUID()), "not_found")
      const other = yield* Service.makeTenant
      isRow(yield* caps({ daily_micros: null, monthly_micros: null }, other.app), "not_found")
      const set = { daily_micros: 5, monthly_micros: null }
      for (let i = 0; i < 2; i++) assert.deepStrictEqual(JSON.parse((yield* caps(set)).body), set)
      assert.deepStrictEqual(
        (yield* changes(tenant.id, "spend_caps.set")).map((record) => record.with),
        [{ daily_micros: "5", monthly_micros: null }]
      )
      yield* caps({ daily_micros: null, monthly_micros: null })
      assert.strictEqual((yield* told("spend-caps", tenant.key))["daily_micros"], null)
    })
  )

  it.effect("has a page for who has used it up, where the api surface is", () =>
    Effect.gen(function* () {
      const { environment, port } = yield* Service.Service
      const { body, headers, status } = yield* one(port, message({ path: "/billing/top-up" }))
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
      assert.strictEqual(headers["x-robots-tag"], "noindex")
      assert.match(headers["content-security-policy"] ?? "", /frame-ancestors 'none'/)
      assert.include(body, "vendo credit add --tenant &lt;tenant&gt;")
      assert.notMatch(body, /<script|\bon\w+=|(?:src|href|action)=|url\(|@import/i)
      for (const path of ["/billing", "/billing/", "/billing/top-up/"]) {
        isRow(yield* one(port, message({ path })), "not_found")
      }
      isRow(yield* one(port, message({ path: "/billing/top-up", method: "POST" })), "method_not_allowed", {
        allow: "GET"
      })
      const { VENDO_PUBLIC_URL: _, ...unsaid } = environment
      const away = yield* start({ ...unsaid, VENDO_SURFACES: "credentials" })
      for (const path of ["/billing/top-up", "/api/billing/balance", "/api/integrations"]) {
        isRow(yield* one(away.port, message({ path })), "not_found")
      }
      const { key } = yield* Service.makeTenant
      const there = yield* start({ ...unsaid, VENDO_SURFACES: "api" })
      const answer = yield* one(there.port, message({ path: "/api/billing/balance", bearer: key }))
      assert.deepStrictEqual(JSON.parse(answer.body), {
        credits_remaining_micros: 0,
        currency: "USD",
        top_up_url: null
      })
    })
  )

  it.effect("leaves nothing in the log", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      assert.notMatch(server.output(), /ERROR|hunter2|vendo_[sac][ktt]_|eyJ/)
    })
  )
})
