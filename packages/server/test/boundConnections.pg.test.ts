import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { integrations } from "@vendodev/catalog/Catalog"
import { start, temporaryDirectory } from "@vendodev/testing/ServerProcess"
import { administer, lastAsked } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"
import * as Service from "./fixtures/service.ts"
import { recorded, userToken } from "./fixtures/runtime.ts"
import { message, one } from "./fixtures/wire.ts"
import { externalToken, keySet, settings } from "./users/issuer.ts"

const path = "/api/deployments/me/connections"

const ask = Effect.fnUntraced(function* (
  bearer: string | undefined,
  options: { readonly query?: string; readonly headers?: Record<string, string>; readonly port?: number } = {}
) {
  const { port } = yield* Service.Service
  return yield* one(
    options.port ?? port,
    message({
      path: `${path}${options.query ?? ""}`,
      ...(bearer === undefined ? {} : { bearer }),
      ...(options.headers === undefined ? {} : { headers: options.headers })
    })
  )
})

const Entries = Schema.fromJsonString(
  Schema.Struct({ connections: Schema.Array(Schema.Record(Schema.String, Schema.Json)) })
)

/** The entries by slug; all of the catalog, each once. */
const list = Effect.fnUntraced(function* (...asked: Parameters<typeof ask>) {
  const answer = yield* ask(...asked)
  assert.strictEqual(answer.status, 200, answer.body)
  assert.strictEqual(answer.headers["cache-control"], "no-store")
  const { connections } = yield* Effect.orDie(Schema.decodeUnknownEffect(Entries)(answer.body))
  assert.deepStrictEqual(
    connections.map(({ slug }) => slug),
    integrations.map(({ slug }) => slug)
  )
  const bySlug = new Map(connections.map((entry) => [String(entry["slug"]), entry]))
  return { of: (slug: string) => bySlug.get(slug) ?? {}, text: answer.body, answer }
})

const publicUrl = "https://vendo.example/here"

layer(Service.layer({ VENDO_PUBLIC_URL: publicUrl }), { excludeTestServices: true })(
  "What an app is told of its connections",
  (it) => {
    it.effect("is, for one that is bound, the connection whole, its credential under the variable that takes it", () =>
      Effect.gen(function* () {
        const tenant = yield* Service.makeTenant
        const id = yield* Service.connectAndBind(tenant, "telegram", {
          credential: "4001:bot_unsaid",
          name: "Support bot"
        })
        const { of } = yield* list(tenant.key)
        const { connected_at, ...entry } = of("telegram")
        assert.deepStrictEqual(entry, {
          id,
          external_id: `vendo_conn_${id.replaceAll("-", "")}`,
          slug: "telegram",
          display_name: "Support bot",
          category: "messaging",
          profile: "byok_static",
          status: "connected",
          api_key: null,
          base_url: null,
          metadata: { telegram_bot_id: "4001", credential: { TELEGRAM_BOT_TOKEN: "4001:bot_unsaid" } },
          context: null,
          setup_url: null,
          error_message: null,
          env_bootstrap: {
            vars: [
              { name: "TELEGRAM_BOT_TOKEN", value_from: "metadata.credential.TELEGRAM_BOT_TOKEN" },
              { name: "TELEGRAM_BOT_ID", value_from: "metadata.telegram_bot_id" },
              { name: "TELEGRAM_BOT_USERNAME", value_from: "metadata.telegram_bot_username" },
              { name: "TELEGRAM_SIGNING_SECRET", value_from: "metadata.webhook.signing_secret" }
            ],
            restart: "gateway"
          },
          exclusive: true,
          logo_url: null,
          brand_color: "#229ED9",
          docs_url: "https://core.telegram.org/bots/api"
        })
        assert.match(String(connected_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      })
    )

    it.effect("is, for one that is not, where it is connected, with the same fields and no key in the address", () =>
      Effect.gen(function* () {
        const { key } = yield* Service.makeTenant
        const { of, text } = yield* list(key)
        assert.deepStrictEqual(of("openai"), {
          id: null,
          external_id: null,
          slug: "openai",
          display_name: "OpenAI",
          category: "ai",
          profile: "vendo_managed_pool",
          status: "available",
          api_key: null,
          base_url: null,
          metadata: {},
          context: null,
          setup_url: `${publicUrl}/connections/connect/openai`,
          error_message: null,
          connected_at: null,
          env_bootstrap: {
            vars: [
              { name: "OPENAI_API_KEY", value_from: "api_key" },
              { name: "OPENAI_BASE_URL", value_from: "base_url" }
            ],
            restart: "none"
          },
          exclusive: false,
          logo_url: null,
          brand_color: "#10A37F",
          docs_url: "https://platform.openai.com/docs"
        })
        // A token that expires is asked for when it is needed.
        assert.isNull(of("gmail")["env_bootstrap"])
        assert.notInclude(text, "vendo_sk_")
      })
    )

    it.effect("is, for a pool, the key that asks and where it is taken", () =>
      Effect.gen(function* () {
        const { environment } = yield* Service.Service
        const tenant = yield* Service.makeTenant
        for (const slug of ["openai", "anthropic", "openrouter"]) {
          yield* Service.connectAndBind(tenant, slug, { profile: "vendo_managed_pool" })
        }
        const { of } = yield* list(tenant.key)
        const urls = { openai: "/v1", anthropic: "", openrouter: "/v1" }
        for (const [slug, behind] of Object.entries(urls)) {
          const { api_key, base_url, metadata, status } = of(slug)
          assert.deepStrictEqual(
            { api_key, base_url, metadata, status },
            {
              api_key: tenant.key,
              base_url: `${publicUrl}/proxy/${slug}${behind}`,
              metadata: {},
              status: "connected"
            }
          )
        }
        const port = yield* Service.freePort
        yield* start({ ...environment, VENDO_DOMAIN: "vendo.test", PORT: String(port) })
        const there = yield* list(tenant.key, { port, headers: { Host: "vendo.test" } })
        assert.strictEqual(there.of("openai")["base_url"], "https://openai-proxy.vendo.test/v1")
        assert.strictEqual(there.of("anthropic")["base_url"], "https://anthropic-proxy.vendo.test")
      })
    )

    it.effect(
      "never is a token that expires, though one is there; and its context is that of its own integration",
      () =>
        Effect.gen(function* () {
          const tenant = yield* Service.makeTenant
          const { id } = yield* Service.made("POST", `${tenant.base}/connections`, {
            slug: "supabase",
            profile: "composio_managed",
            composio_account_id: "ca_listed"
          })
          yield* Service.bind(tenant.base, tenant.app, "supabase", id)
          yield* administer(
            `UPDATE broker.connections SET metadata = metadata || '{"context": {"supabase": {"ref": "abc"}, "slack": {"x": 1}}}'
            WHERE id = '${id}'`
          )
          const { answer, of } = yield* list(tenant.key)
          const { context, env_bootstrap, metadata, status } = of("supabase")
          assert.deepStrictEqual(
            { context, env_bootstrap, status },
            { context: { ref: "abc" }, env_bootstrap: null, status: "connected" }
          )
          assert.notProperty(metadata, "credential")
          assert.deepStrictEqual(yield* recorded(answer), [])
        })
    )

    it.effect("says what each connection's state is, and why, and holds no credential where none may be had", () =>
      Effect.gen(function* () {
        const tenant = yield* Service.makeTenant
        const bound = (slug: string) =>
          Service.connectAndBind(tenant, slug, { credential: `${slug}_unsaid`, profile: "byok_static" })
        const [stale, pending, revoked, broken, failing] = [
          yield* bound("linear"),
          yield* bound("slack"),
          yield* bound("github"),
          yield* bound("stripe"),
          yield* bound("notion")
        ]
        yield* Service.managed("DELETE", `${tenant.base}/connections/${revoked}`)
        yield* administer(
          `UPDATE broker.connections SET status = 'needs_reauth', failure_code = 'connection_needs_reauth',
            failure_detail = 'the account is gone' WHERE id = '${stale}'`,
          `UPDATE broker.connections SET status = 'pending' WHERE id = '${pending}'`,
          `UPDATE broker.connections SET secret_box = set_byte(secret_box, 40, 1 + get_byte(secret_box, 40) % 255)
            WHERE id = '${broken}'`,
          `UPDATE broker.connections SET status = 'error' WHERE id = '${failing}'`
        )
        const { of } = yield* list(tenant.key)
        const said = (slug: string) => {
          const { error_message, id, metadata, status } = of(slug)
          return [status, id, error_message, metadata]
        }
        assert.deepStrictEqual(said("linear"), ["needs_reauth", stale, "the account is gone", {}])
        assert.deepStrictEqual(said("slack"), ["available", null, null, {}])
        assert.deepStrictEqual(said("github"), ["available", null, null, {}])
        const opened = "this credential can not be opened at the moment; the log says why"
        assert.deepStrictEqual(said("stripe"), ["error", broken, opened, {}])
        // Still vended: what failed may have passed.
        const unread = "the provider of the notion connection gives no token"
        assert.deepStrictEqual(said("notion"), [
          "error",
          failing,
          unread,
          { credential: { NOTION_TOKEN: "notion_unsaid" } }
        ])
      })
    )

    it.effect(
      "leaves exclusive credentials out for a sandbox: unvended, unrecorded, and everything else as it is",
      () =>
        Effect.gen(function* () {
          const tenant = yield* Service.makeTenant
          yield* Service.connectAndBind(tenant, "telegram", { credential: "4002:bot_unsaid" })
          yield* Service.connectAndBind(tenant, "notion", { credential: "notion_unsaid" })
          const { answer, of } = yield* list(tenant.key, { query: "?sandbox=1" })
          assert.deepStrictEqual(of("telegram")["metadata"], { telegram_bot_id: "4002" })
          assert.strictEqual(of("telegram")["status"], "connected")
          assert.deepStrictEqual(of("notion")["metadata"], { credential: { NOTION_TOKEN: "notion_unsaid" } })
          assert.deepStrictEqual(yield* recorded(answer), [["vend", "granted", "notion"]])
          for (const query of ["?sandbox=0", "?sandbox=", "?sandbox=true", "?sandbox=1&sandbox=1", "?sandbx=1"]) {
            isRow(yield* ask(tenant.key, { query }), "validation_failed", {
              field: query.startsWith("?sandbx") ? "sandbx" : "sandbox"
            })
          }
        })
    )

    it.effect("leaves them out for an app that is a sandbox, whatever it says", () =>
      Effect.gen(function* () {
        const tenant = yield* Service.makeTenant
        const box = yield* Service.makeApp(tenant.base, "box", "sandbox")
        const bot = yield* Service.connect(tenant.base, "telegram", { credential: "4003:bot_unsaid" })
        // Nobody can bind one to a sandbox; should it be there all the same, it is not handed out.
        yield* administer(
          `ALTER TABLE broker.app_connection_bindings DROP CONSTRAINT sandbox_never_exclusive`,
          `INSERT INTO broker.app_connection_bindings
              (tenant_id, app_id, app_kind, connection_id, integration, exclusive, slot, user_subject)
            SELECT tenant_id, '${box.app}', 'sandbox', id, integration, exclusive, slot, user_subject
            FROM broker.connections WHERE id = '${bot}'`
        )
        const { answer, of, text } = yield* list(box.key)
        assert.strictEqual(of("telegram")["id"], bot)
        assert.notInclude(text, "_unsaid")
        assert.deepStrictEqual(yield* recorded(answer), [])
        yield* administer(
          `DELETE FROM broker.app_connection_bindings WHERE app_id = '${box.app}'`,
          `ALTER TABLE broker.app_connection_bindings ADD CONSTRAINT sandbox_never_exclusive
            CHECK (NOT (exclusive AND app_kind = 'sandbox'))`
        )
      })
    )

    it.effect("records each credential that goes out, in the order in which they are listed", () =>
      Effect.gen(function* () {
        const tenant = yield* Service.makeTenant
        yield* Service.connectAndBind(tenant, "notion", { credential: "notion_unsaid" })
        yield* Service.connectAndBind(tenant, "stripe", { credential: "stripe_unsaid" })
        yield* Service.connectAndBind(tenant, "openai", { profile: "vendo_managed_pool" })
        const { answer } = yield* list(tenant.key)
        assert.deepStrictEqual(yield* recorded(answer), [
          ["vend", "granted", "notion"],
          ["vend", "granted", "stripe"]
        ])
      })
    )

    it.effect("is one user's where one is named, and the app's own where none is", () =>
      Effect.gen(function* () {
        const tenant = yield* Service.makeTenant
        yield* Service.connectAndBind(tenant, "notion", { credential: "own_unsaid" })
        yield* Service.connectAndBind(tenant, "stripe", { credential: "own_too_unsaid" })
        const { id } = yield* Service.made("POST", `${tenant.base}/connections`, {
          slug: "notion",
          profile: "byok_static",
          credential: "alices_unsaid",
          user: "alice"
        })
        yield* Service.bind(tenant.base, tenant.app, "notion", id)
        const as = (user: string) => Effect.map(userToken(tenant.key, user), (jwt) => ({ "X-Vendo-User-JWT": jwt }))
        const alice = yield* list(tenant.key, { headers: yield* as("alice") })
        assert.deepStrictEqual(alice.of("notion")["metadata"], { credential: { NOTION_TOKEN: "alices_unsaid" } })
        assert.strictEqual(alice.of("stripe")["status"], "available")
        assert.notInclude(alice.text, "own_")
        const bob = yield* list(tenant.key, { headers: yield* as("bob") })
        assert.notInclude(bob.text, "_unsaid")
        const own = yield* list(tenant.key)
        assert.deepStrictEqual(own.of("notion")["metadata"], { credential: { NOTION_TOKEN: "own_unsaid" } })
        assert.notInclude(own.text, "alices_unsaid")
      })
    )

    it.effect("is refused as a vend is: by the key, then by the user, and to the key of a connection", () =>
      Effect.gen(function* () {
        const { adminToken } = yield* Service.Service
        const [tenant, other] = [yield* Service.makeTenant, yield* Service.makeTenant]
        const notion = yield* Service.connectAndBind(tenant, "notion", { credential: "notion_unsaid" })
        const { key: narrow = "" } = yield* Service.made("POST", `${tenant.base}/connections/${notion}/keys`, {})
        const jwt = (value: string) => ({ headers: { "X-Vendo-User-JWT": value } })
        isRow(yield* ask(narrow), "forbidden")
        isRow(yield* ask(tenant.key, jwt("a.b.c")), "identity_invalid")
        isRow(yield* ask(tenant.key, jwt("")), "identity_invalid")
        const [own, foreign] = [yield* userToken(tenant.key, "alice"), yield* userToken(other.key, "alice")]
        isRow(yield* ask(tenant.key, jwt(foreign)), "identity_invalid")
        const second = yield* Service.makeApp(tenant.base, "second")
        isRow(yield* ask(second.key, jwt(own)), "identity_invalid")
        yield* list(tenant.key, jwt(own))
        yield* Service.managed("DELETE", `${tenant.base}/users/alice`)
        isRow(yield* ask(tenant.key, jwt(own)), "identity_invalid")

        const before = yield* lastAsked
        isRow(yield* ask(undefined), "app_unknown", { sent: false })
        for (const bearer of ["hunter2", adminToken, `${tenant.key}x`]) isRow(yield* ask(bearer), "app_unknown")
        assert.deepStrictEqual(yield* lastAsked, before)
        yield* administer(`UPDATE broker.app_keys SET expires_at = now() WHERE id = '${tenant.keyId}'`)
        isRow(yield* ask(tenant.key, jwt("a.b.c")), "app_expired")
        yield* Service.managed("DELETE", `${tenant.base}/keys/${tenant.keyId}`)
        isRow(yield* ask(tenant.key, jwt("a.b.c")), "app_revoked")
        yield* administer(`UPDATE broker.tenants SET status = 'suspended' WHERE id = '${other.id}'`)
        isRow(yield* ask(other.key), "app_revoked")
        isRow(yield* ask(other.key, { query: "?sandbox=2" }), "validation_failed", { field: "sandbox" })
      })
    )

    it.effect("is of one tenant, by the word of the operator's own issuer, who names no app, too", () =>
      Effect.gen(function* () {
        const { environment } = yield* Service.Service
        const [tenant, other] = [yield* Service.makeTenant, yield* Service.makeTenant]
        const file = join(yield* temporaryDirectory, "jwks.json")
        writeFileSync(file, keySet)
        const { port } = yield* start({ ...environment, ...settings, VENDO_USER_JWKS: file })
        const now = Math.floor(Date.now() / 1000)
        const jwt = ({ id }: { readonly id: string }) => {
          const claims = { subject: "alice", tenant: id, app: undefined, issuedAt: now }
          return { port, headers: { "X-Vendo-User-JWT": externalToken("ES256", claims, now).text } }
        }
        yield* list(tenant.key, jwt(tenant))
        isRow(yield* ask(tenant.key, jwt(other)), "identity_invalid")
      }).pipe(Effect.provide(NodeServices.layer))
    )

    it.effect("is in no log", () =>
      Effect.gen(function* () {
        const { server } = yield* Service.Service
        assert.notMatch(server.output(), /_unsaid|eyJ|vendo_[sac][ktt]_|hunter2/)
      })
    )
  }
)
