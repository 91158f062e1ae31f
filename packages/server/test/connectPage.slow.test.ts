import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { integrations } from "@vendodev/catalog/Catalog"
import { IntegrationSlug } from "@vendodev/domain/Ids"
import { page } from "@vendodev/server/ConnectPage"
import { start } from "@vendodev/testing/ServerProcess"
import * as Service from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"
import { isRow } from "./edges/row.ts"

const get = Effect.fnUntraced(function* (path: string, headers: Record<string, string> = {}) {
  const { port } = yield* Service.Service
  return yield* one(port, message({ path, headers }))
})

const prefix = "/connections/connect/"

layer(Service.layer(), { excludeTestServices: true })("The page a connect_url leads to", (it) => {
  it.effect("is there for every integration, says whose turn it is, and runs and loads nothing", () =>
    Effect.gen(function* () {
      for (const { name, profiles, slug } of integrations) {
        const { body, headers, status } = yield* get(prefix + slug)
        assert.strictEqual(status, 200, slug)
        assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
        assert.match(headers["content-security-policy"] ?? "", /^default-src 'self'.*frame-ancestors 'none'/)
        assert.strictEqual(headers["x-robots-tag"], "noindex")
        assert.strictEqual(headers["cache-control"], "no-store")
        assert.include(body, `<h1>Connect ${name}</h1>`)
        const isHeldElsewhere = profiles.includes("composio_managed")
        assert.strictEqual(body.includes("vendo connection reconnect &lt;connection&gt;"), isHeldElsewhere)
        assert.include(body, `vendo connection create ${slug}`)
        assert.notMatch(body, /<script|\bon\w+=|(?:src|href|action)=|url\(|@import/i)
      }
    })
  )

  it.effect("is refused for what is no integration, without saying it back as markup", () =>
    Effect.gen(function* () {
      isRow(yield* get(`${prefix}nosuch`), "provider_unknown")
      isRow(yield* get(`${prefix}Notion`), "provider_unknown")
      isRow(yield* get(`${prefix}__proto__`), "provider_unknown")
      for (const slug of ["%3Cscript%3E", "%22onload=x", "not.ion", "a".repeat(64), "%ff"]) {
        const answer = yield* get(prefix + slug)
        isRow(answer, "validation_failed")
        assert.notInclude(answer.body, "script")
      }
      const { key } = yield* Service.makeTenant
      const answer = yield* get(prefix + key)
      isRow(answer, "validation_failed", { field: "slug" })
      assert.notInclude(answer.body, key)
      for (const path of [
        prefix,
        prefix.slice(0, -1),
        "/connections",
        `${prefix}notion/`,
        `${prefix}notion/x`,
        `${prefix}notion;x`
      ]) {
        isRow(yield* get(path), "not_found")
      }
      isRow(yield* get(`${prefix}notion?token=x`), "validation_failed", { field: "query" })
    })
  )

  it.effect("shows a name as text, whatever is in it", () =>
    Effect.sync(() => {
      const shown = page({ name: `<b>"O'Neil" & Co`, slug: IntegrationSlug.make("oneil"), profiles: ["byok_static"] })
      assert.include(shown, "<h1>Connect &lt;b&gt;&quot;O&#39;Neil&quot; &amp; Co</h1>")
      assert.notInclude(shown, "<b>")
    })
  )

  it.effect("is where the errors send people: by the address that was said, or by the domain", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service.Service
      const { key } = yield* Service.makeTenant
      const urlOf = Effect.fnUntraced(function* (settings: Record<string, string>, host: string, path: string) {
        const { port } = yield* start({ ...environment, ...settings })
        const answer = yield* one(port, message({ path, bearer: key, headers: { Host: host } }))
        isRow(answer, "binding_missing")
        const { connect_url }: { readonly connect_url?: string } = JSON.parse(answer.body)
        return connect_url
      })
      const vend = "/credentials/notion"
      assert.isUndefined(yield* urlOf({}, "localhost", vend))
      assert.strictEqual(
        yield* urlOf({ VENDO_PUBLIC_URL: "https://vendo.example/here" }, "localhost", vend),
        "https://vendo.example/here/connections/connect/notion"
      )
      const domain = { VENDO_DOMAIN: "vendo.example", VENDO_SURFACES: "credentials" }
      // With a domain the server says that and not where it listens, so its port must be known.
      const port = yield* Service.freePort
      const server = yield* start({ ...environment, ...domain, PORT: String(port) })
      assert.strictEqual(server.baseUrl, "https://vendo.example")
      const asked = { path: "/notion", bearer: key, headers: { Host: "credentials.vendo.example" } }
      const answer = yield* one(port, message(asked))
      assert.include(answer.body, '"connect_url":"https://vendo.example/connections/connect/notion"')
      // The page belongs to the other surface.
      isRow(yield* one(port, message({ path: `${prefix}notion`, headers: { Host: "vendo.example" } })), "not_found")
    })
  )
})
