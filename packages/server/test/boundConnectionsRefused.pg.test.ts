import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { start, temporaryDirectory } from "@vendodev/testing/ServerProcess"
import { administer, askedSince, lastAsked } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"
import { ask, list } from "./fixtures/boundConnections.ts"
import { userToken } from "./fixtures/runtime.ts"
import * as Service from "./fixtures/service.ts"
import { externalToken, keySet, settings } from "./users/issuer.ts"

layer(Service.layer(), { excludeTestServices: true })("What an app is told of its connections, and who is", (it) => {
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
      assert.deepStrictEqual(yield* askedSince(before), [])
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
})
