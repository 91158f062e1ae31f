import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { stop } from "@vendodev/testing/ServerProcess"
import { collector, spansOf } from "./fixtures/collector.ts"
import { connectAccount, layer as composioLayer } from "./fixtures/composio.ts"
import { connectAndBind, makeTenant, Service } from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"
import { administer, changed } from "./edges/administer.ts"
import { spawnProgram } from "./secrets/program.ts"

const trace = "0af7651916cd43dd8448eb211c80319c"
const traceparent = `00-${trace}-b7ad6b7169203331-01`

/** Everything a span of ours may say of the request. */
const sayable = [
  "http.request.method",
  "http.route",
  "http.response.status_code",
  "vendo.request_id",
  "vendo.error_code"
]

/** Runs a second server that sends its telemetry to a collector, until it has sent all of it. */
const observed = Effect.fnUntraced(function* <E, R>(
  ask: (port: number) => Effect.Effect<void, E, R>,
  settings: Record<string, string> = {}
) {
  const { environment } = yield* Service
  const { received, url } = yield* collector
  const program = yield* spawnProgram({ ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: url, ...settings })
  const port = Number(new URL(yield* program.until(/^Vendo is ready at (\S+)/m)).port)
  yield* ask(port)
  yield* stop(program.child)
  yield* program.ended
  return { received, spans: spansOf(received), printed: program.stdout() + program.stderr() }
}, Effect.scoped)

layer(composioLayer(), { excludeTestServices: true })("With a collector", (it) => {
  it.effect("each request is one span of the contract's words, under the trace it came with", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      yield* connectAndBind(tenant, "notion", { credential: "notion_unsaid", profile: "byok_static" })
      yield* connectAccount(tenant, "google")
      const requestIds: Array<string> = []
      const { received, spans } = yield* observed((port) =>
        Effect.gen(function* () {
          const ask = Effect.fnUntraced(function* (path: string, method = "GET", headers: Record<string, string> = {}) {
            const { headers: answered } = yield* one(
              port,
              message({ path, method, bearer: tenant.key, headers: { Traceparent: traceparent, ...headers } })
            )
            requestIds.push(answered["x-request-id"] ?? "")
          })
          yield* ask("/credentials/notion")
          yield* ask("/credentials/v1/GOOGLE_ACCESS_TOKEN?x=1")
          yield* ask("/credentials/_bulk?slugs=notion,google")
          yield* ask("/credentials/unheard-of")
          yield* ask("/credentials/notion/refused", "POST")
          yield* ask(`/api/tenants/${tenant.id}/apps`)
          yield* changed(
            "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM vendo_server",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gate TO vendo_server",
            ask("/credentials/notion")
          )
        })
      )
      const server = spans.filter(({ kind }) => kind === 2)
      assert.deepStrictEqual(
        server.map(({ attributes, name, status }) => [
          name,
          attributes["http.response.status_code"],
          attributes["vendo.error_code"],
          status.code
        ]),
        [
          ["GET /credentials/:slug", 200, undefined, 1],
          ["GET /credentials/v1/:variable", 200, undefined, 1],
          ["GET /credentials/_bulk", 200, undefined, 1],
          ["GET /credentials/:slug", 404, "provider_unknown", 1],
          ["POST /credentials/:slug/refused", 400, "validation_failed", 1],
          ["GET /api/tenants/:tenant/apps", 401, "session_required", 1],
          ["GET /credentials/:slug", 500, "internal_error", 2]
        ]
      )
      assert.deepStrictEqual(
        server.map(({ attributes }) => attributes["vendo.request_id"]),
        requestIds
      )
      for (const { attributes, name, parentSpanId, service, traceId } of server) {
        assert.deepStrictEqual([traceId, parentSpanId, service], [trace, "b7ad6b7169203331", "vendo"])
        assert.strictEqual(name, `${String(attributes["http.request.method"])} ${String(attributes["http.route"])}`)
        for (const key of Object.keys(attributes)) assert.include(sayable, key)
      }
      // What happens inside is seen as well: the decision, the upstream.
      assert.includeMembers(
        spans.map(({ name }) => name),
        ["CredentialResolver.resolveAll", "ComposioClient.fetch"]
      )
      const sent = received.map(({ body }) => body).join("\n")
      for (const secret of ["_unsaid", "simulated-google-", "simulated-composio-key", "unheard-of", tenant.key]) {
        assert.notInclude(sent, secret)
      }
    })
  )

  it.effect("metrics of tokens arrive, and log lines with the id of their request", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      yield* connectAccount(tenant, "google")
      const notion = yield* connectAndBind(tenant, "notion", { credential: "notion_unsaid", profile: "byok_static" })
      let requestId = ""
      const { received } = yield* observed(
        (port) =>
          Effect.gen(function* () {
            const asked = message({ path: "/credentials/google", bearer: tenant.key })
            for (let i = 0; i < 2; i++) assert.strictEqual((yield* one(port, asked)).status, 200)
            // A box that no longer opens is worth a line.
            yield* administer(
              `UPDATE broker.connections SET secret_box = set_byte(secret_box, 40, 1 + get_byte(secret_box, 40) % 255)
                WHERE id = '${notion}'`
            )
            const spoilt = yield* one(port, message({ path: "/credentials/notion", bearer: tenant.key }))
            assert.strictEqual(spoilt.status, 503, spoilt.body)
            requestId = spoilt.headers["x-request-id"] ?? ""
          }),
        { OTEL_SERVICE_NAME: "vendo-of-ours", OTEL_EXPORTER_OTLP_HEADERS: "X-Team=a%20b,authorization=Basic%20eDp5" }
      )
      const to = (path: string) => received.filter((one) => one.path === path)
      const metrics = to("/v1/metrics")
        .map(({ body }) => body)
        .join("\n")
      for (const name of ["vendo.tokens.hits", "vendo.tokens.misses", "vendo.tokens.refreshes"]) {
        assert.include(metrics, `"name":"${name}"`)
      }
      const logs = to("/v1/logs")
        .map(({ body }) => body)
        .join("\n")
      assert.include(logs, "a credential can not be opened")
      assert.include(logs, `"${requestId}"`)
      for (const { headers } of received) {
        assert.strictEqual(headers["x-team"], "a b")
        assert.strictEqual(headers["authorization"], "Basic eDp5")
      }
      assert.isTrue(received.every(({ body }) => body.includes('"vendo-of-ours"')))
    })
  )
})
