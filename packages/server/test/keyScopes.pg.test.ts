import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { administer } from "./edges/administer.ts"
import { call } from "./fixtures/client.ts"
import * as Service from "./fixtures/service.ts"

const Document = Schema.fromJsonString(
  Schema.Struct({ paths: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Unknown)) })
)

interface Endpoint {
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
}

/** Every endpoint the service says it has. */
const endpoints = Effect.gen(function* () {
  const { port } = yield* Service.Service
  const { text } = yield* call(port, { method: "GET", path: "/openapi.json" })
  const { paths } = yield* Effect.orDie(Schema.decodeUnknownEffect(Document)(text))
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method): Endpoint => ({ method: method.toUpperCase(), path }))
  )
})

/** What an endpoint of the management API must be sent to be refused for nothing but who asks. */
const bodies: Readonly<Record<string, object>> = {
  "POST /api/tools": { manifest: "name: echo-bot\nversion: 1\n" },
  "POST /api/deployments": {
    tenant_id: "00000000-0000-4000-8000-000000000000",
    manifest: "name: echo-bot\nversion: 1\n",
    choices: {}
  },
  "PUT /api/deployments/me/runs/{run}": {
    state: "running",
    env_version: 1,
    restart: 0,
    health: "unknown",
    exit_code: null
  },
  "POST /api/tenants": { slug: "another", name: "Another" },
  "POST /api/tenants/{tenant}/apps": { slug: "another", name: "Another", kind: "production" },
  "POST /api/tenants/{tenant}/connections": { slug: "stripe", credential: "sk_live_of_nobody" },
  "POST /api/tenants/{tenant}/connections/{connection}/reconnect": { composio_account_id: "ca_1" },
  "PUT /api/tenants/{tenant}/apps/{app}/bindings/{slug}": { connection_id: "00000000-0000-4000-8000-000000000000" },
  "POST /api/tenants/{tenant}/apps/{app}/keys": {},
  "POST /api/tenants/{tenant}/connections/{connection}/keys": {},
  "POST /api/tenants/{tenant}/credits": { amount_micros: 1, reference: "one" },
  "PUT /api/tenants/{tenant}/apps/{app}/spend-caps": { daily_micros: 1, monthly_micros: 1 },
  "POST /api/tenants/{tenant}/bindings/{slug}/move": { to: "00000000-0000-4000-8000-000000000000" },
  "PATCH /api/tenants/{tenant}/deployments/{deployment}/environment": { variables: {} },
  "PUT /api/pools/{slug}": { credential: "sk-proj-of-nobody-at-all" }
}

const isOpen = (path: string) =>
  /^\/(?:healthz|readyz|openapi\.json|docs|\.well-known\/.*|api\/integrations(?:\/.*)?)$/.test(path)
const isManagement = ({ path }: Endpoint) =>
  /^\/api\/(?:tenants|fuses|pools|tools|doctor)\b/.test(path) || path === "/api/deployments"
/** What an app asks about itself, of which one connection's key is no part. */
const isOfApp = ({ path }: Endpoint) => /^\/api\/(?:deployments\/me\/|connect-sessions$|billing\/)/.test(path)
const isCredential = ({ path }: Endpoint) => path.startsWith("/credentials/")

let bots = 80

const made = Effect.gen(function* () {
  const { adminToken } = yield* Service.Service
  const tenant = yield* Service.makeTenant
  const notion = yield* Service.connectAndBind(tenant, "notion", { credential: "ntn_of_the_tenant" })
  yield* Service.connectAndBind(tenant, "telegram", { credential: `${++bots}:bot_of_the_tenant` })
  const mint = (connection: string) => Service.made("POST", `${tenant.base}/connections/${connection}/keys`, {})
  const [narrow, revoked, expired] = [yield* mint(notion), yield* mint(notion), yield* mint(notion)]
  yield* Service.managed("DELETE", `${tenant.base}/keys/${revoked.id}`)
  yield* administer(`UPDATE broker.app_keys SET expires_at = created_at WHERE id = '${expired.id}'`)
  const gone = yield* Service.connect(tenant.base, "slack", { credential: "xoxb-of-a-removed-one" })
  const ofGone = yield* mint(gone)
  yield* Service.managed("DELETE", `${tenant.base}/connections/${gone}`)
  const keyOf = ({ key = "" }: Service.Made) => key
  return {
    tenant,
    notion,
    keys: {
      nobody: undefined,
      garbage: "vendo_sk_hunter2",
      admin: adminToken,
      app: tenant.key,
      narrow: keyOf(narrow),
      revoked: keyOf(revoked),
      expired: keyOf(expired),
      removed: keyOf(ofGone)
    }
  }
})

const fill = (path: string, ids: Readonly<Record<string, string>>) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? "00000000-0000-4000-8000-000000000000")

layer(Service.layer(), { excludeTestServices: true })("A credential", (it) => {
  it.effect("opens what it is for at every endpoint there is, and nothing else", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.Service
      const { keys, notion, tenant } = yield* made
      const all = yield* endpoints
      assert.isAtLeast(all.filter(isManagement).length, 25)
      assert.isAtLeast(all.filter(isOfApp).length, 6)
      const ids = { tenant: tenant.id, app: tenant.app, connection: notion, key: tenant.keyId, slug: "notion" }
      const inNoTenant = { slug: "notion", variable: "NOTION_TOKEN", user: "alice", tool: "echo-bot", version: "1" }

      const ask = Effect.fnUntraced(function* ({ method, path }: Endpoint, bearer: string | undefined, real: boolean) {
        const body = bodies[`${method} ${path}`] ?? (method === "POST" || method === "PUT" ? {} : undefined)
        const filled = fill(path, real ? { ...inNoTenant, ...ids } : inNoTenant)
        const { code, status } = yield* call(port, {
          method,
          path: path === "/credentials/_bulk" ? `${filled}?slugs=notion` : filled,
          ...(bearer === undefined ? {} : { bearer }),
          ...(body === undefined ? {} : { body })
        })
        return code ?? `${status}`
      })
      const before = yield* Service.managed("GET", `${tenant.base}/connections`)

      for (const endpoint of all) {
        const { method, path } = endpoint
        const where = `${method} ${path}`
        if (isOpen(path) || path === "/api/deployments/me/events") continue
        if (isManagement(endpoint)) {
          for (const [kind, key] of Object.entries(keys)) {
            if (kind === "admin") continue
            assert.strictEqual(yield* ask(endpoint, key, true), "session_required", `${where} as ${kind}`)
          }
          // In a tenant there is none of, so that nothing comes of it.
          if (path.includes("{tenant}")) assert.strictEqual(yield* ask(endpoint, keys.admin, false), "not_found", where)
          continue
        }
        assert.isTrue(isOfApp(endpoint) || isCredential(endpoint), `who may ask ${where}?`)
        const expected: ReadonlyArray<readonly [keyof typeof keys, ErrorCode]> = [
          ["nobody", "app_unknown"],
          ["garbage", "app_unknown"],
          // An admin token may open one, too, and says for whom.
          ["admin", path === "/api/connect-sessions" ? "validation_failed" : "app_unknown"],
          ["revoked", "app_revoked"],
          ["removed", "app_revoked"],
          ["expired", "app_expired"],
          ...(isOfApp(endpoint) && !path.endsWith("/balance") ? ([["narrow", "forbidden"]] as const) : [])
        ]
        const valid = { path, method: method === "POST" ? "POST" : method }
        for (const [kind, code] of expected) {
          const body = appBodies[`${method} ${path}`]
          const answered = yield* call(port, {
            ...valid,
            path: path === "/credentials/_bulk" ? `${path}?slugs=notion` : fill(path, inNoTenant),
            ...(keys[kind] === undefined ? {} : { bearer: keys[kind] }),
            ...(body === undefined ? {} : { body })
          })
          assert.strictEqual(answered.code, code, `${where} as ${kind}: ${answered.text}`)
        }
      }
      // Whoever was refused has changed nothing.
      assert.strictEqual((yield* Service.managed("GET", `${tenant.base}/connections`)).body, before.body)
    })
  )

  it.effect("of one connection vends that connection by every way there is, and misses any other", () =>
    Effect.gen(function* () {
      const { port } = yield* Service.Service
      const { keys, notion, tenant } = yield* made
      const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
        call(port, { method: "GET", path: `/credentials/${path}`, bearer: keys.narrow, headers })
      for (const path of ["notion", "v1/NOTION_TOKEN"]) assert.include((yield* ask(path)).text, "ntn_of_the_tenant")
      assert.include((yield* ask("notion", { "x-vendo-connection": notion })).text, "ntn_of_the_tenant")
      for (const path of ["telegram", "v1/TELEGRAM_BOT_TOKEN", "openai", "slack"]) {
        assert.strictEqual((yield* ask(path)).code, "binding_missing", path)
      }
      const { text } = yield* ask("_bulk?slugs=notion,telegram")
      assert.include(text, "ntn_of_the_tenant")
      assert.match(text, /"telegram":\{[^}]*binding_missing/)
      assert.notInclude(text, "bot_of_the_tenant")

      // Listed with its connection, by hint.
      const { body } = yield* Service.managed("GET", `${tenant.base}/keys`)
      const listed = Schema.decodeUnknownSync(Keys)(body).keys.filter(({ connection_id }) => connection_id === notion)
      assert.lengthOf(listed, 3)
      for (const key of [keys.narrow, keys.revoked]) assert.notInclude(body, key.slice("vendo_sk_".length + 4))
    })
  )

  it.effect("is not minted for a connection of an end user, of one consumer, nor for one that ended", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const pasted = (name: string, user?: string) =>
        Service.made("POST", `${tenant.base}/connections`, { slug: "notion", name, credential: `ntn_${name}`, user })
      const ofAlice = yield* pasted("hers", "alice")
      const [revoked, removed] = [yield* pasted("revoked"), yield* pasted("removed")]
      yield* Service.managed("POST", `${tenant.base}/connections/${revoked.id}/revoke`)
      yield* Service.managed("DELETE", `${tenant.base}/connections/${removed.id}`)
      const bot = yield* Service.made("POST", `${tenant.base}/connections`, {
        slug: "telegram",
        credential: `${++bots}:bot_of_one_consumer`
      })
      for (const [{ id }, code] of [
        [ofAlice, "validation_failed"],
        [bot, "validation_failed"],
        [revoked, "connection_revoked"],
        [removed, "connection_revoked"]
      ] as const) {
        const refused = yield* Service.managed("POST", `${tenant.base}/connections/${id}/keys`, {})
        assert.strictEqual(refused.headers["vendo-error-code"], code)
      }
    })
  )
})

const Keys = Schema.fromJsonString(
  Schema.Struct({ keys: Schema.Array(Schema.Struct({ connection_id: Schema.NullOr(Schema.String) })) })
)

/** What an app must send to be refused for nothing but its key. */
const appBodies: Readonly<Record<string, object>> = {
  "PUT /api/deployments/me/runs/{run}": {
    state: "running",
    env_version: 1,
    restart: 0,
    health: "unknown",
    exit_code: null
  },
  "POST /api/deployments/me/user-tokens": { subject: "alice" },
  "POST /api/connect-sessions": { slug: "notion" },
  "POST /credentials/{slug}/refused": { fingerprint: "0".repeat(64), status: 401 }
}
