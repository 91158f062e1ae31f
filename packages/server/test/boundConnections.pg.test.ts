import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { start } from "@vendodev/testing/ServerProcess"
import { administer } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"
import { ask, list } from "./fixtures/boundConnections.ts"
import { recorded } from "./fixtures/runtime.ts"
import * as Service from "./fixtures/service.ts"

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
        yield* Service.managed("POST", `${tenant.base}/connections/${revoked}/revoke`)
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

    it.effect("is in no log", () =>
      Effect.gen(function* () {
        const { server } = yield* Service.Service
        assert.notMatch(server.output(), /_unsaid|eyJ|vendo_[sac][ktt]_|hunter2/)
      })
    )
  }
)
