import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { integrations } from "@vendodev/catalog/Catalog"
import { CatalogEntry } from "@vendodev/domain/CatalogEntry"
import { askedSince, lastAsked } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"
import { Service } from "./fixtures/service.ts"
import * as Fixture from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"

const get = Effect.fnUntraced(function* (path: string, method = "GET") {
  const { port } = yield* Service
  return yield* one(port, message({ path, method }))
})

const All = Schema.fromJsonString(Schema.Struct({ integrations: Schema.Array(Schema.toEncoded(CatalogEntry)) }))
const Entry = Schema.fromJsonString(Schema.toEncoded(CatalogEntry))

layer(Fixture.layer(), { excludeTestServices: true })("The catalog", (it) => {
  it.effect("is shown to anybody, one row for each integration, and costs the database nothing", () =>
    Effect.gen(function* () {
      const before = yield* lastAsked
      const answer = yield* get("/api/integrations")
      assert.strictEqual(answer.status, 200, answer.body)
      const all = yield* Schema.decodeUnknownEffect(All, { onExcessProperty: "error" })(answer.body)
      assert.deepStrictEqual(
        all.integrations.map(({ provider }) => provider),
        integrations.map(({ slug }) => slug)
      )
      for (const entry of all.integrations) {
        const { body, status } = yield* get(`/api/integrations/${entry.provider}`)
        assert.strictEqual(status, 200)
        assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(Entry, { onExcessProperty: "error" })(body), entry)
      }
      assert.deepStrictEqual(yield* askedSince(before), [])
    })
  )

  it.effect("says what a deployment is started with, by the default of each", () =>
    Effect.gen(function* () {
      const { body } = yield* get("/api/integrations/openai")
      assert.deepStrictEqual(JSON.parse(body), {
        provider: "openai",
        name: "OpenAI",
        description: "Language, image and speech models.",
        category: "ai",
        default_profile: "vendo_managed_pool",
        supported_profiles: ["vendo_managed_pool", "byok_static"],
        env_bootstrap: {
          vars: [
            { name: "OPENAI_API_KEY", value_from: "api_key" },
            { name: "OPENAI_BASE_URL", value_from: "base_url" }
          ],
          restart: "none"
        },
        logo_url: null,
        docs_url: "https://platform.openai.com/docs",
        brand_color: "#10A37F",
        exclusive: false,
        enabled: true,
        featured: false
      })
      assert.include((yield* get("/api/integrations/gmail")).body, '"env_bootstrap":null')
      const telegram = yield* get("/api/integrations/telegram")
      assert.include(telegram.body, '"exclusive":true')
      assert.include(telegram.body, '"restart":"gateway"')
    })
  )

  it.effect("knows no other, and is only read", () =>
    Effect.gen(function* () {
      isRow(yield* get("/api/integrations/nosuch"), "provider_unknown")
      for (const slug of ["constructor", "then"]) {
        isRow(yield* get(`/api/integrations/${slug}`), "provider_unknown")
      }
      for (const slug of ["Notion", "__proto__", "%20", "a".repeat(64)]) {
        isRow(yield* get(`/api/integrations/${slug}`), "validation_failed", { field: "slug" })
      }
      for (const path of ["/api/integrations/", "/api/integrations/notion/x"]) isRow(yield* get(path), "not_found")
      isRow(yield* get("/api/integrations", "POST"), "method_not_allowed", { allow: "GET" })
      isRow(yield* get("/api/integrations/notion", "DELETE"), "method_not_allowed", { allow: "GET" })
      isRow(yield* get("/api/integrations?token=x"), "validation_failed", { field: "query" })
    })
  )
})
