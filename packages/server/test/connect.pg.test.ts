import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Connecting from "./fixtures/connecting.ts"
import * as Service from "./fixtures/service.ts"

const Connections = Schema.fromJsonString(
  Schema.Struct({
    connections: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        slug: Schema.String,
        name: Schema.String,
        profile: Schema.String,
        status: Schema.String,
        user: Schema.NullOr(Schema.String),
        metadata: Schema.Record(Schema.String, Schema.Json)
      })
    )
  })
)

const listed = (base: string) =>
  Effect.flatMap(Service.managed("GET", `${base}/connections`), ({ body }) =>
    Effect.map(Effect.orDie(Schema.decodeUnknownEffect(Connections)(body)), ({ connections }) => connections)
  )

layer(Connecting.layer(), { excludeTestServices: true })("Connecting on the page", (it) => {
  it.effect("a pasted key is tried, stored and bound, and the opener hears of it", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { browser, page } = yield* Connecting.visiting(tenant.key, { slug: "telegram" })
      assert.strictEqual(page.status, 200, page.body)
      const sent = yield* browser.submit("telegram", { action: "paste", credential: "4711:AAsecretsecretsecret" })
      assert.strictEqual(sent.status, 303, sent.body)
      const done = yield* browser.get("/connections/connect/telegram")
      assert.include(done.body, "Telegram is connected", done.body)
      const [connection] = yield* listed(tenant.base)
      assert.strictEqual(connection?.status, "active")
      const vended = yield* Service.vend("telegram", tenant.key)
      assert.include(vended.body, "4711:AAsecretsecretsecret")
    })
  )

  it.effect("an OAuth app is installed", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { browser } = yield* Connecting.visiting(tenant.key, {
        slug: "notion",
        return_to: `${Connecting.tool}/back`,
        state: "s 1"
      })
      const callback = yield* browser.consent("notion", "oauth")
      const done = yield* browser.get(callback)
      assert.strictEqual(done.status, 200, done.body)
      assert.include(done.body, "Notion is connected")
      const [connection] = yield* listed(tenant.base)
      assert.deepInclude(connection, { name: "Simulated workspace", profile: "oauth_app_install" })
      assert.match((yield* Service.vend("notion", tenant.key)).body, /ntn_simulated/)
      assert.strictEqual(
        Connecting.refreshOf(done),
        `${Connecting.tool}/back?state=s+1&status=success&connection_id=${connection?.id}`
      )
    })
  )

  it.effect("an account is connected at Composio", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { browser } = yield* Connecting.visiting(tenant.key, { slug: "supabase" })
      const callback = yield* browser.consent("supabase", "composio")
      const done = yield* browser.get(callback)
      assert.strictEqual(done.status, 200, done.body)
      const [connection] = yield* listed(tenant.base)
      assert.deepInclude(connection?.metadata, { context: { supabase: { ref: "simulatedproject0001" } } })
      assert.strictEqual((yield* Service.vend("supabase", tenant.key)).status, 200)
    })
  )
})
