/** What passes through the page on which accounts are connected, and what is left of it anywhere. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { stop } from "@vendodev/testing/ServerProcess"
import { collector } from "./fixtures/collector.ts"
import * as Connecting from "./fixtures/connecting.ts"
import * as Service from "./fixtures/service.ts"
import type { Answer } from "./fixtures/wire.ts"
import { type Canary, scanner } from "./secrets/canaries.ts"
import { dump } from "./secrets/dump.ts"
import { spawnProgram } from "./secrets/program.ts"

/** Visits of all kinds, their secrets, and the pages nothing of them may be on. */
const visits = Effect.gen(function* () {
  const { providers } = yield* Connecting.Upstreams
  const canaries: Array<Canary> = []
  const pages: Array<Answer> = []
  const keep = (what: string, secret: string) => {
    assert.isAtLeast(secret.length, 16, what)
    canaries.push({ what, secret })
    return secret
  }
  const show = (answer: Answer) => {
    pages.push(answer)
    return answer
  }
  const parameter = (target: string, name: string) => new URL(target, Connecting.origin).searchParams.get(name) ?? ""
  const tenant = yield* Service.makeTenant

  const visit = Effect.fnUntraced(function* (slug: string) {
    const opened = yield* Connecting.openSession(tenant.key, { slug, return_to: `${Connecting.tool}/back` })
    keep("a ticket", new URL(opened.url).searchParams.get("ticket")?.slice("vendo_ct_".length + 4) ?? "")
    const browser = new Connecting.Browser()
    // It holds the token of its form, which is nobody else's.
    yield* browser.open(opened.url)
    keep("the token of a form", browser.token)
    for (const cookie of browser.cookies.values()) keep("a cookie", cookie.slice("vendo_cv_".length + 4))
    return browser
  })
  const away = Effect.fnUntraced(function* (slug: string, way: "oauth" | "composio") {
    const browser = yield* visit(slug)
    const callback = yield* browser.consent(slug, way)
    keep("a state", parameter(callback, way === "oauth" ? "state" : "cstate"))
    if (way === "oauth") keep("a code", parameter(callback, "code"))
    return { browser, callback }
  })

  // Signed in; and once more with what was used already.
  const good = yield* away("notion", "oauth")
  show(yield* good.browser.get(good.callback))
  show(yield* good.browser.get(good.callback))
  show(yield* new Connecting.Browser().get(good.callback))
  for (const { token } of yield* providers.tokens()) keep("a token", token)
  // The provider refuses, repeats what it was sent, says nothing, or breaks off.
  const repeating = (callback: string) => ({
    status: 400,
    body: { text: JSON.stringify({ error: "invalid_grant", error_description: parameter(callback, "code") }) }
  })
  for (const faultOf of [
    repeating,
    () => ({ status: 500, body: "error" as const }),
    () => ({ delivery: "reset-before-headers" as const }),
    () => ({ delivery: "reset-after-headers" as const }),
    () => ({ body: "html" as const })
  ]) {
    const { browser, callback } = yield* away("notion", "oauth")
    yield* providers.addFaults({ route: "notion.token", times: 1, ...faultOf(callback) })
    show(yield* browser.get(callback))
  }
  yield* providers.clearFaults
  // A state that was altered, and a browser it does not belong to.
  const altered = yield* away("notion", "oauth")
  const other = yield* visit("notion")
  show(yield* other.get(altered.callback))
  show(yield* altered.browser.get(altered.callback.replace(/state=[^&]*/, "state=")))
  // By way of Composio.
  const linked = yield* away("supabase", "composio")
  show(yield* linked.browser.get(linked.callback))
  // Pasted: refused, and kept.
  const pasting = yield* visit("notion")
  const paste = (credential: string) => pasting.submit("notion", { action: "paste", credential })
  show(yield* paste(keep("a key that was refused", `ntn_refused_${crypto.randomUUID()}`)))
  const repeated = keep("a key the provider repeats", `ntn_${crypto.randomUUID()}`)
  yield* providers.addFaults({ route: "notion.me", times: 1, status: 401, body: { text: repeated } })
  show(yield* paste(repeated))
  show(yield* paste(keep("a key", `ntn_${crypto.randomUUID()}`)))
  keep("the secret of the client", (yield* providers.settings).clientSecret)
  return { canaries, pages }
})

layer(Connecting.layer(), { excludeTestServices: true })("Of what passes through the page", (it) => {
  it.effect("nothing is on a page, in a log, in a span or in the database afterwards", () =>
    Effect.gen(function* () {
      const service = yield* Service.Service
      const telemetry = yield* collector
      const settings = { ...service.environment, OTEL_EXPORTER_OTLP_ENDPOINT: telemetry.url }
      const server = yield* spawnProgram(settings, ["--log-level", "all"])
      const port = Number(new URL(yield* server.until(/^Vendo is ready at (\S+)/m)).port)
      const { canaries, pages } = yield* Effect.provideService(visits, Service.Service, { ...service, port })
      const { asAdmin } = yield* TestDatabase
      const rows = yield* asAdmin(dump)
      yield* stop(server.child)
      yield* server.ended

      const scan = scanner(canaries)
      assert.isAtLeast(canaries.length, 30)
      for (const { body, headers, status } of pages) {
        // A page has the token of its own forms.
        const shown = body.replaceAll(/name="form_token" value="[^"]*"/g, "")
        assert.deepStrictEqual(scan(shown + JSON.stringify(headers)), [], `${status} ${shown}`)
      }
      const printed = server.stdout() + server.stderr()
      assert.deepStrictEqual(scan(printed), [])
      const sent = telemetry.received.map(({ body }) => body).join("\n")
      assert.include(sent, "GET /api/oauth/:provider/callback")
      assert.deepStrictEqual(scan(sent), [])
      assert.isTrue(rows.some((row) => row.startsWith("broker.connect_visits")))
      assert.deepStrictEqual(scan(rows.join("\n")), [])
    }).pipe(Effect.scoped)
  )
})
