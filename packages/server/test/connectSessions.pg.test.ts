import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { start } from "@vendodev/testing/ServerProcess"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { administer } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"
import { recorded, userToken } from "./fixtures/runtime.ts"
import * as Service from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"

const publicUrl = "https://vendo.example/here"

const post = Effect.fnUntraced(function* (
  bearer: string | undefined,
  body: unknown,
  options: { readonly headers?: Record<string, string>; readonly port?: number; readonly query?: string } = {}
) {
  const { port } = yield* Service.Service
  return yield* one(
    options.port ?? port,
    message({
      method: "POST",
      path: `/api/connect-sessions${options.query ?? ""}`,
      ...(bearer === undefined ? {} : { bearer }),
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...options.headers }
    })
  )
})

const Opened = Schema.fromJsonString(
  Schema.Struct({ id: Schema.String, url: Schema.String, expires_at: Schema.DateTimeUtcFromString })
)

const open = Effect.fnUntraced(function* (...asked: Parameters<typeof post>) {
  const answer = yield* post(...asked)
  assert.strictEqual(answer.status, 201, answer.body)
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  const opened = yield* Schema.decodeUnknownEffect(Opened, { onExcessProperty: "error" })(answer.body)
  return { ...opened, answer }
})

const stored = Effect.flatMap(TestDatabase, ({ asAdmin }) =>
  asAdmin(
    Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<Record<string, unknown>>`
        SELECT app_id, user_subject, integration, return_to, state, used_at, encode(ticket_hash, 'hex') AS hash,
          extract(epoch FROM expires_at - created_at)::int AS life
        FROM broker.connect_sessions ORDER BY created_at
      `
    )
  )
)

layer(Service.layer({ VENDO_PUBLIC_URL: publicUrl }), { excludeTestServices: true })("A connect session", (it) => {
  it.effect("is the address of the page, good for ten minutes, and its ticket is kept as a hash alone", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { answer, expires_at, url } = yield* open(tenant.key, {
        slug: "notion",
        return_to: "https://tool.example/back?x=1",
        state: "a b=c"
      })
      const [, page, ticket = ""] = /^(.*)\?ticket=(vendo_ct_[0-9A-Za-z]{42})$/.exec(url) ?? []
      assert.strictEqual(page, `${publicUrl}/connections/connect/notion`)
      const sent = Date.parse(answer.headers["date"] ?? "")
      assert.closeTo(expires_at.epochMilliseconds - sent, 600_000, 5_000)
      const [session, ...others] = yield* stored
      assert.isEmpty(others)
      assert.deepStrictEqual(
        { ...session, hash: "" },
        {
          app_id: tenant.app,
          user_subject: "",
          integration: "notion",
          return_to: "https://tool.example/back?x=1",
          state: "a b=c",
          used_at: null,
          hash: "",
          life: 600
        }
      )
      assert.match(String(session?.["hash"]), /^[0-9a-f]{64}$/)
      assert.notInclude(JSON.stringify(session), ticket)
      assert.notInclude(String(session?.["hash"]), Buffer.from("vendo_ct_").toString("hex"))
      assert.deepStrictEqual(yield* recorded(answer), [["connect_session.open", "granted", "notion"]])
    })
  )

  it.effect("leads to the page, which takes the ticket and says nothing of it", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.Service
      const { key } = yield* Service.makeTenant
      const { url } = yield* open(key, { slug: "notion" })
      const path = url.slice(publicUrl.length)
      const ticket = path.slice(path.indexOf("vendo_ct_"))
      const get = (path: string) => one(port, message({ path }))
      const landed = yield* get(`${path}&x=1`)
      assert.strictEqual(landed.status, 303, landed.body)
      assert.strictEqual(landed.headers["location"], "notion")
      assert.notInclude(JSON.stringify(landed), ticket)
      const late = yield* get(path)
      assert.strictEqual(late.status, 404)
      assert.strictEqual(late.headers["referrer-policy"], "no-referrer")
      assert.notInclude(late.body, ticket)
      // Anywhere else it is a secret in a query, and so is every other one here.
      const here = "/connections/connect/notion"
      for (const target of [
        `/api/tenants?ticket=${ticket}`,
        `/api/integrations?ticket=${ticket}`,
        `/credentials/notion?ticket=${ticket}`,
        `${here}?x=${ticket}`,
        `${here}?ticket=${ticket}&ticket=${ticket}`,
        `${here}?ticket=${ticket}x`,
        `${here}?ticket=${ticket.slice(0, -1)}`,
        `${here}?ticket=${key}`,
        `${here}?ticket=${ticket}&key=${key}`,
        `${here}?ticket=${ticket}&token=x`,
        `${here}?ticket=vendo%5Fsk%5Fhunter2`
      ]) {
        const answer = yield* get(target)
        isRow(answer, "validation_failed", { field: "query" })
        assert.notInclude(answer.body, "vendo_")
      }
      // Whatever letters chance gave it.
      const unlucky = `vendo_ct_token${"A".repeat(37)}`
      assert.strictEqual((yield* get(`${here}?ticket=${unlucky}`)).status, 404)
    })
  )

  it.effect("is for the user who is named, and nobody is taken for another", () =>
    Effect.gen(function* () {
      const [tenant, other] = [yield* Service.makeTenant, yield* Service.makeTenant]
      const jwt = (value: string) => ({ headers: { "X-Vendo-User-JWT": value } })
      yield* open(tenant.key, { slug: "gmail" }, jwt(yield* userToken(tenant.key, "alice")))
      const of = (yield* stored).filter(({ integration }) => integration === "gmail")
      assert.deepStrictEqual(
        of.map(({ user_subject }) => user_subject),
        ["alice"]
      )
      isRow(yield* post(tenant.key, { slug: "gmail" }, jwt("a.b.c")), "identity_invalid")
      const foreign = yield* userToken(other.key, "alice")
      isRow(yield* post(tenant.key, { slug: "gmail" }, jwt(foreign)), "identity_invalid")
      assert.strictEqual((yield* stored).filter(({ integration }) => integration === "gmail").length, 1)
    })
  )

  it.effect("is opened by the key of an app and nobody else: shape, key, user, scope, provider, in this order", () =>
    Effect.gen(function* () {
      const { adminToken, port } = yield* Service.Service
      const tenant = yield* Service.makeTenant
      const connection = yield* Service.connect(tenant.base, "notion", { credential: "x_unsaid" })
      const { key: narrow = "" } = yield* Service.made("POST", `${tenant.base}/connections/${connection}/keys`, {})
      const bad = { headers: { "X-Vendo-User-JWT": "a.b.c" } }
      isRow(yield* post(narrow, { slug: "nosuch" }), "forbidden")
      isRow(yield* post(narrow, { slug: "notion" }, bad), "identity_invalid")
      isRow(yield* post(tenant.key, { slug: "nosuch" }), "provider_unknown")
      isRow(yield* post(tenant.key, { slug: "nosuch" }, bad), "identity_invalid")
      isRow(yield* post(undefined, { slug: "notion" }), "app_unknown", { sent: false })
      isRow(yield* post("hunter2", { slug: "notion" }), "app_unknown")
      // An admin speaks for no tenant, and an app for none but its own.
      isRow(yield* post(adminToken, { slug: "notion" }), "validation_failed", { field: "tenant_id" })
      isRow(yield* post(`${adminToken}x`, { slug: "notion", tenant_id: tenant.id }), "session_required")
      const said = { tenant_id: tenant.id, app_id: tenant.app, user: "alice", connection_id: connection }
      for (const [field, value] of Object.entries(said)) {
        isRow(yield* post(tenant.key, { slug: "notion", [field]: value }), "validation_failed", { field })
      }
      yield* administer(`UPDATE broker.app_keys SET expires_at = now() WHERE id = '${tenant.keyId}'`)
      isRow(yield* post(tenant.key, { slug: "nosuch" }, bad), "app_expired")
      yield* Service.managed("DELETE", `${tenant.base}/keys/${tenant.keyId}`)
      isRow(yield* post(tenant.key, { slug: "nosuch" }, bad), "app_revoked")
      isRow(yield* post(tenant.key, {}), "validation_failed", { field: "slug" })
      isRow(yield* one(port, message({ path: "/api/connect-sessions" })), "method_not_allowed", { allow: "POST" })
    })
  )

  it.effect("takes plain addresses to return to and short states, and repeats nothing of others", () =>
    Effect.gen(function* () {
      const { key } = yield* Service.makeTenant
      const ticket = `vendo_ct_${"a".repeat(42)}`
      for (const return_to of [
        "",
        "/back",
        "//evil.example",
        "javascript:alert('hunter2')",
        "data:text/html,hunter2",
        "ftp://tool.example",
        "https://user:hunter2@tool.example",
        "https://hunter2@tool.example",
        "https://",
        "https://tool.example/hunter2\n",
        " https://tool.example",
        "https://tool.example/ hunter2",
        "https://tööl.example",
        `https://tool.example/${"x".repeat(2048)}`,
        `https://tool.example/?key=${key}`,
        `https://tool.example/?x=${ticket}`,
        7,
        null
      ]) {
        const answer = yield* post(key, { slug: "notion", return_to })
        isRow(answer, "validation_failed", { field: "return_to" })
        assert.notMatch(answer.body, /hunter2|vendo_sk_|vendo_ct_/)
      }
      for (const state of ["", "hunter2\n", "hunter2\u0000", "é", "x".repeat(513), key, 7, null]) {
        const answer = yield* post(key, { slug: "notion", state })
        isRow(answer, "validation_failed", { field: "state" })
        assert.notMatch(answer.body, /hunter2|vendo_sk_/)
      }
      isRow(yield* post(key, { slug: "notion", returnTo: "https://x.example" }), "validation_failed", {
        field: "returnTo"
      })
      yield* open(key, {
        slug: "notion",
        return_to: `http://localhost:3000/${"x".repeat(2026)}`,
        state: "x".repeat(512)
      })
    })
  )

  it.effect("clears away those that are over, of every tenant", () =>
    Effect.gen(function* () {
      const [tenant, other] = [yield* Service.makeTenant, yield* Service.makeTenant]
      yield* open(other.key, { slug: "stripe" })
      yield* open(tenant.key, { slug: "github" })
      const slugs = Effect.map(stored, (all) => all.map(({ integration }) => integration))
      assert.includeMembers(yield* slugs, ["stripe", "github"])
      yield* administer(`UPDATE broker.connect_sessions SET expires_at = now() WHERE integration = 'stripe'`)
      yield* open(tenant.key, { slug: "slack" })
      assert.notInclude(yield* slugs, "stripe")
      assert.includeMembers(yield* slugs, ["github", "slack"])
    })
  )

  it.effect("is refused where nobody said how people reach the service, once it is known who asks", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service.Service
      const { key } = yield* Service.makeTenant
      const { VENDO_PUBLIC_URL: _, ...unreachable } = environment
      const { port } = yield* start(unreachable)
      const answer = yield* post(key, { slug: "notion" }, { port })
      isRow(answer, "forbidden")
      assert.include(answer.body, "VENDO_PUBLIC_URL")
      isRow(yield* post("hunter2", { slug: "notion" }, { port }), "app_unknown")
      isRow(yield* post(key, { slug: "nosuch" }, { port }), "provider_unknown")
    })
  )

  it.effect("is in no log", () =>
    Effect.gen(function* () {
      const { server } = yield* Service.Service
      assert.notMatch(server.output(), /ticket|vendo_[sac][ktt]_|hunter2|eyJ|tool\.example|ERROR/)
    })
  )
})
