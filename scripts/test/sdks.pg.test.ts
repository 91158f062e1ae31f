/** One suite for both SDKs, over a socket and without one. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Fiber, Layer } from "effect"
import { Draining } from "@vendodev/server/Draining"
import { Embedded } from "@vendodev/server/Embedded"
import { broker } from "@vendodev/server/Server"
import { Settings } from "@vendodev/server/Settings"
import { administer } from "../../packages/server/test/edges/administer.ts"
import { Composio, connectAccount, layer as composioLayer } from "../../packages/server/test/fixtures/composio.ts"
import {
  bind,
  connect,
  connectAndBind,
  makeTenant,
  managed,
  Service
} from "../../packages/server/test/fixtures/service.ts"
import { connectUser } from "./sdks/connectUser.ts"
import { faces, type Place } from "./sdks/faces.ts"
import { issueUserToken } from "./sdks/issueUserToken.ts"

class Places extends Context.Service<Places, Readonly<Record<"hosted" | "embedded", Place>>>()("vendo/test/Places") {}

const embedded = Layer.unwrap(
  Effect.map(Service, ({ environment }) =>
    Embedded.layer.pipe(
      Layer.provide([broker, Draining.layer]),
      Layer.provide(Settings.layer),
      Layer.provide([
        NodeServices.layer,
        ConfigProvider.layer(ConfigProvider.fromEnv({ env: { PORT: "0", ...environment } }))
      ])
    )
  )
)

const places = Layer.effect(
  Places,
  Effect.gen(function* () {
    const { server } = yield* Service
    const { fetch } = yield* Embedded
    return {
      hosted: { baseUrl: server.baseUrl, fetch: (input, init) => globalThis.fetch(input, init) },
      embedded: { baseUrl: "http://embedded.example", fetch }
    }
  })
).pipe(Layer.provide(embedded), Layer.provideMerge(composioLayer()), Layer.orDie)

/** What the provider answers about the account a good token is of. */
const me = (account: string) => JSON.stringify({ accounts: [account] })

layer(places, { excludeTestServices: true })("Both SDKs, over a socket and without one", (it) => {
  for (const sdk of ["promise", "effect"] as const) {
    for (const where of ["hosted", "embedded"] as const) {
      const face = Effect.fnUntraced(function* (key: string) {
        return yield* faces[sdk]((yield* Places)[where], key)
      })

      it.effect(`${sdk}, ${where}: a token of each kind, and several at once with null for what is not there`, () =>
        Effect.gen(function* () {
          const tenant = yield* makeTenant
          yield* connectAndBind(tenant, "notion", { credential: "secret", profile: "byok_static" })
          const { account } = yield* connectAccount(tenant, "google")
          const vendo = yield* face(tenant.key)
          assert.strictEqual(yield* vendo.token("notion"), "secret")
          const google = yield* vendo.token("google")
          assert.include(google, account)
          assert.deepStrictEqual(yield* vendo.tokens(["notion", "google", "github", "nosuch"]), {
            notion: "secret",
            google,
            github: null,
            nosuch: null
          })
        })
      )

      it.effect(`${sdk}, ${where}: each refusal has its code`, () =>
        Effect.gen(function* () {
          const tenant = yield* makeTenant
          const revoked = yield* connectAndBind(tenant, "github", { credential: "x", profile: "byok_static" })
          yield* managed("POST", `${tenant.base}/connections/${revoked}/revoke`)
          const { account } = yield* connectAccount(tenant, "google")
          yield* (yield* Composio).patchAccount(account, { status: "EXPIRED" })
          const vendo = yield* face(tenant.key)
          const refused = (slug: string) => Effect.flip(vendo.token(slug))
          assert.strictEqual(yield* refused("notion"), "binding_missing")
          assert.strictEqual(yield* refused("github"), "connection_revoked")
          assert.strictEqual(yield* refused("google"), "connection_needs_reauth")
          assert.strictEqual(yield* refused("nosuch"), "provider_unknown")
          assert.strictEqual(yield* refused("no such"), "validation_failed")
          assert.strictEqual(yield* Effect.flip(vendo.forUser("a.b.c").token("notion")), "identity_invalid")
          yield* managed("DELETE", `${tenant.base}/keys/${tenant.keyId}`)
          assert.strictEqual(yield* refused("slack"), "app_revoked")
          assert.strictEqual(yield* Effect.flip(vendo.tokens(["slack"])), "app_revoked")
          assert.strictEqual(yield* Effect.flip(vendo.connection("slack")), "app_revoked")
        })
      )

      it.effect(`${sdk}, ${where}: a user sees their own connections, and the deployment its own`, () =>
        Effect.gen(function* () {
          const tenant = yield* makeTenant
          yield* connectAndBind(tenant, "github", { credential: "of all", profile: "byok_static" })
          yield* connectAndBind(tenant, "notion", { credential: "secret", profile: "byok_static" })
          yield* connectUser(tenant, "ada")
          const vendo = yield* face(tenant.key)
          const { server } = yield* Service
          const userToken = (user: string) => issueUserToken(server.baseUrl, tenant.key, user)
          const ada = vendo.forUser(yield* userToken("ada"))
          const bob = vendo.forUser(yield* userToken("bob"))
          assert.strictEqual(yield* vendo.token("notion"), "secret")
          assert.strictEqual(yield* ada.token("notion"), "token-of-ada")
          assert.strictEqual(yield* Effect.flip(bob.token("notion")), "binding_missing")
          assert.deepStrictEqual((yield* ada.connection("notion"))?.credential, { NOTION_TOKEN: "token-of-ada" })
          assert.strictEqual((yield* bob.connection("notion"))?.status, "available")
          assert.deepStrictEqual(yield* ada.tokens(["notion", "slack"]), { notion: "token-of-ada", slack: null })
          assert.deepStrictEqual(yield* ada.events(1), ["connection.connected notion"])
        })
      )

      it.effect(`${sdk}, ${where}: connections, with what to put where, and the catalog`, () =>
        Effect.gen(function* () {
          const tenant = yield* makeTenant
          yield* connectAndBind(tenant, "telegram", { credential: `1${Date.now()}:abc`, profile: "byok_static" })
          const vendo = yield* face(tenant.key)
          const telegram = yield* vendo.connection("telegram")
          assert.strictEqual(telegram?.status, "connected")
          assert.match(telegram?.credential?.["TELEGRAM_BOT_TOKEN"] ?? "", /^1\d+:abc$/)
          assert.strictEqual((yield* vendo.connection("slack"))?.status, "available")
          assert.isNull(yield* vendo.connection("nosuch"))
          assert.includeMembers([...(yield* vendo.integrations)], ["openai", "telegram", "notion"])
        })
      )

      it.effect(`${sdk}, ${where}: money, in micros`, () =>
        Effect.gen(function* () {
          const tenant = yield* makeTenant
          const { status } = yield* managed("POST", `${tenant.base}/credits`, {
            amount_micros: 5_000_000,
            reference: "first"
          })
          assert.isBelow(status, 300)
          yield* managed("PUT", `${tenant.base}/apps/${tenant.app}/spend-caps`, {
            daily_micros: 1_000_000,
            monthly_micros: null
          })
          const vendo = yield* face(tenant.key)
          assert.deepStrictEqual(yield* vendo.money, { left: 5_000_000, dailyCap: 1_000_000, used: 0 })
        })
      )

      it.effect(`${sdk}, ${where}: a connect URL holds a ticket and no key`, () =>
        Effect.gen(function* () {
          const tenant = yield* makeTenant
          const url = yield* Effect.flatMap(face(tenant.key), (vendo) => vendo.connectUrl("notion"))
          assert.match(url, /^https:\/\/vendo\.example\/connections\/connect\/notion\?ticket=vendo_ct_/)
          assert.notInclude(url, "vendo_sk_")
        })
      )

      it.effect(`${sdk}, ${where}: a session goes on across a 401 of the provider, with one refetch`, () =>
        Effect.gen(function* () {
          const composio = yield* Composio
          const tenant = yield* makeTenant
          const { account, connection } = yield* connectAccount(tenant, "google")
          const { environment } = yield* Service
          const url = `${environment["COMPOSIO_BASE_URL"]}/_provider/me`
          const asked = (since: number) =>
            Effect.map(composio.calls({ since }), (calls) =>
              calls.filter(({ route }) => route === "provider").map(({ status }) => status)
            )
          const vendo = yield* face(tenant.key)
          const before = yield* vendo.token("google")
          const first = yield* composio.mark
          assert.deepStrictEqual(yield* vendo.provider("google", url), { status: 200, text: me(account) })
          assert.deepStrictEqual(yield* asked(first), [200])

          yield* composio.expire(account)
          yield* administer(
            `UPDATE broker.connections SET token_taken_at = token_taken_at - interval '1 minute' WHERE id = '${connection}'`
          )
          const second = yield* composio.mark
          assert.deepStrictEqual(yield* vendo.provider("google", url), { status: 200, text: me(account) })
          assert.deepStrictEqual(yield* asked(second), [401, 200])
          assert.deepStrictEqual(yield* composio.credentialCalls(second), { [account]: 1 })
          assert.notStrictEqual(yield* vendo.token("google"), before)

          // A provider that refuses whatever it is given is asked twice and no more.
          yield* composio.patchAccount(account, { renews: false })
          yield* composio.expire(account)
          const third = yield* composio.mark
          assert.strictEqual((yield* vendo.provider("google", url)).status, 401)
          assert.deepStrictEqual(yield* asked(third), [401, 401])
        })
      )

      it.effect(`${sdk}, ${where}: events come as they happen`, () =>
        Effect.gen(function* () {
          const tenant = yield* makeTenant
          const vendo = yield* face(tenant.key)
          const heard = yield* Effect.forkChild(vendo.events(3), { startImmediately: true })
          const connection = yield* connect(tenant.base, "notion", { credential: "x", profile: "byok_static" })
          yield* bind(tenant.base, tenant.app, "notion", connection)
          yield* managed("POST", `${tenant.base}/connections/${connection}/revoke`)
          yield* managed("DELETE", `${tenant.base}/apps/${tenant.app}/bindings/notion`)
          assert.deepStrictEqual(yield* Fiber.join(heard), [
            "connection.connected notion",
            "connection.status_changed notion",
            "connection.disconnected notion"
          ])
        })
      )
    }
  }
})
