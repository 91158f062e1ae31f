import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { start } from "@vendodev/testing/ServerProcess"
import { isRow, isToken } from "./edges/row.ts"
import { freePort, Service } from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"
import * as World from "./edges/world.ts"

const asking = Effect.fnUntraced(function* (port: number, host: string, path: string, bearer: string) {
  return yield* one(port, message({ path, bearer, headers: { Host: host } }))
})

layer(World.layer(), { excludeTestServices: true })("Surfaces", (it) => {
  it.effect("without a domain each surface has its prefix, whatever the host is called", () =>
    Effect.gen(function* () {
      const { adminToken, port } = yield* Service
      const { keys, token } = yield* World.World
      for (const host of ["localhost", "credentials.vendo.test", "api.evil"]) {
        isToken(yield* asking(port, host, "/credentials/notion", keys.good), token)
        assert.strictEqual((yield* asking(port, host, "/api/tenants", adminToken)).status, 200)
        isRow(yield* asking(port, host, "/notion", keys.good), "not_found")
      }
    })
  )

  it.effect("with VENDO_SURFACES=credentials there is no management, however it is spelled", () =>
    Effect.gen(function* () {
      const { adminToken, environment } = yield* Service
      const { keys, own, token } = yield* World.World
      const { port } = yield* start({ ...environment, VENDO_SURFACES: "credentials" })
      const ask = (path: string, bearer = adminToken) => asking(port, "localhost", path, bearer)
      isToken(yield* ask("/credentials/notion", keys.good), token)
      for (const path of [
        "/api",
        "/api/tenants",
        "/api/tenants?x=1",
        `/api${own.base}/apps`,
        "/%61pi/tenants",
        "/api;x/tenants",
        "/.well-known/jwks.json",
        "/connections/connect/notion",
        "/./api/tenants",
        "//api/tenants",
        "/credentials/../api/tenants",
        "/API/tenants"
      ]) {
        isRow(yield* ask(path), "not_found")
      }
      for (const path of ["/healthz", "/readyz"]) assert.strictEqual((yield* ask(path)).status, 200)
    })
  )

  it.effect("with VENDO_SURFACES=api there is no vending", () =>
    Effect.gen(function* () {
      const { adminToken, environment } = yield* Service
      const { keys } = yield* World.World
      const { port } = yield* start({ ...environment, VENDO_SURFACES: "api" })
      assert.strictEqual((yield* asking(port, "localhost", "/api/tenants", adminToken)).status, 200)
      for (const path of ["/credentials/notion", "/%63redentials/notion", "/credentials/v1/NOTION_TOKEN"]) {
        isRow(yield* asking(port, "localhost", path, keys.good), "not_found")
      }
      assert.strictEqual((yield* asking(port, "localhost", "/healthz", "x")).status, 200)
    })
  )

  it.effect("with VENDO_DOMAIN the host chooses the surface, whose paths start at the root", () =>
    Effect.gen(function* () {
      const { adminToken, environment } = yield* Service
      const { keys, token } = yield* World.World
      const port = yield* freePort
      const server = yield* start({ ...environment, VENDO_DOMAIN: "vendo.test", PORT: String(port) })
      assert.strictEqual(server.baseUrl, "https://vendo.test")
      const ask = (host: string, path: string, bearer = keys.good) => asking(port, host, path, bearer)

      for (const host of ["credentials.vendo.test", "CREDENTIALS.Vendo.Test", "credentials.vendo.test:443"]) {
        isToken(yield* ask(host, "/notion"), token)
        isToken(yield* ask(host, "/v1/NOTION_TOKEN"), token)
        isToken(yield* ask(host, "/notion?x=1"), token)
      }
      for (const path of ["/", "/credentials/notion", "/../api/tenants", "/api/tenants", "//notion"]) {
        isRow(yield* ask("credentials.vendo.test", path, adminToken), "not_found")
      }
      for (const path of ["/docs", "/openapi.json", "/Notion"]) {
        assert.include([400, 404], (yield* ask("credentials.vendo.test", path)).status)
      }

      const posted = { method: "POST", path: "/notion", headers: { Host: "credentials.vendo.test" } }
      isRow(yield* one(port, message(posted)), "method_not_allowed", { allow: "GET" })
      isRow(yield* ask("credentials.vendo.test", "/notion?token=x"), "validation_failed", { field: "query" })

      for (const path of ["/.well-known/jwks.json", "/connections/connect/notion", "/api/tenants"]) {
        assert.strictEqual((yield* ask("vendo.test", path, adminToken)).status, 200, path)
        isRow(yield* ask("credentials.vendo.test", path, adminToken), "not_found")
      }
      for (const path of ["/credentials/notion", "/notion", "/%63redentials/notion", "/credentials?x"]) {
        isRow(yield* ask("vendo.test", path), "not_found")
      }

      for (const host of [
        "localhost",
        "evil",
        "credentials.evil",
        "credentialsvendo.test",
        "x.credentials.vendo.test",
        "credentials.vendo.test.evil",
        "credentials.vendo.test.",
        "evil.vendo.test",
        "vendo.test.",
        "127.0.0.1"
      ]) {
        isRow(yield* ask(host, "/notion"), "not_found")
        isRow(yield* ask(host, "/api/tenants", adminToken), "not_found")
        for (const path of ["/healthz", "/readyz?x=1"]) assert.strictEqual((yield* ask(host, path)).status, 200)
      }
      // Who else names a host is not asked.
      const forwarded = { Host: "evil", "X-Forwarded-Host": "credentials.vendo.test", Forwarded: "host=vendo.test" }
      isRow(yield* one(port, message({ path: "/notion", bearer: keys.good, headers: forwarded })), "not_found")
    })
  )
})
