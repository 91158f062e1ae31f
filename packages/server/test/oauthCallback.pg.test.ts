import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Connecting from "./fixtures/connecting.ts"
import { answered, brought, changed, parameterOf, strangeOpeners } from "./fixtures/oauthAnswers.ts"
import * as Service from "./fixtures/service.ts"
import type { Answer, NoAnswer } from "./fixtures/wire.ts"

/** The rows of a visit, to be shifted in time: the service goes by the clock of the database. */
const ofSession = (session: string) => `session_id = '${session}'`

/** A tenant with a connection that is bound. */
const made = Effect.gen(function* () {
  const tenant = yield* Service.makeTenant
  const connection = yield* Service.connectAndBind(tenant, "notion", { credential: "ntn_the_old_one" })
  return { tenant, connection }
})

/** A browser that has just come back from the provider. */
const came = Effect.fnUntraced(function* (to?: Effect.Success<typeof made>) {
  const { connection, tenant } = to ?? (yield* made)
  const session = { slug: "notion", return_to: `${Connecting.tool}/back`, state: "of the tool" }
  const visit = yield* Connecting.visiting(tenant.key, session, `&opener_origin=${encodeURIComponent(Connecting.tool)}`)
  const callback = yield* visit.browser.consent("notion", "oauth")
  return { ...visit, tenant, connection, callback }
})
type Came = Effect.Success<ReturnType<typeof came>>

/** Nothing is stored, what was there is as it was, and it is recorded; one sentence and a code are shown. */
const isRefused = Effect.fnUntraced(function* (
  { callback, tenant }: Came,
  code: string,
  ask: Effect.Effect<Answer, NoAnswer, Service.Service>,
  // Whoever brings another's state, or nothing that is known, is told nothing of who opened the page.
  told = true
) {
  const before = yield* Connecting.heldBy(tenant.id)
  const answer = yield* Effect.orDie(ask)
  assert.strictEqual(Connecting.codeOf(answer), code, `${answer.status} ${answer.body}`)
  assert.strictEqual(answer.headers["content-type"], "text/html; charset=utf-8")
  assert.isAtLeast(answer.status, 400)
  assert.match(answer.headers["content-security-policy"] ?? "", /^default-src 'none'; .*frame-ancestors 'none'$/)
  assert.strictEqual(answer.headers["referrer-policy"], "no-referrer")
  const [, alert = ""] = /<div role="alert" tabindex="-1" autofocus>\n(.*?)<\/div>/s.exec(answer.body) ?? []
  assert.strictEqual(alert.match(/<p>/g)?.length, 2, "a sentence and a code")
  const { messages, to } = Connecting.toldBy(answer)
  assert.strictEqual(to, told ? Connecting.tool : "")
  assert.strictEqual(messages.length, told ? 1 : 0)
  if (told) assert.deepInclude(messages[0], { type: "vendo:oauth:error", code })
  for (const name of ["state", "code"]) {
    const secret = parameterOf(callback, name)
    if (secret !== "") assert.notInclude(answer.body, secret)
  }
  assert.strictEqual(yield* Connecting.heldBy(tenant.id), before, "what was there is as it was")
  assert.include(yield* Connecting.refusalsOf(answer), JSON.stringify({ outcome: code, tenant_id: tenant.id }))
  return answer
})

layer(Connecting.layer(), { excludeTestServices: true })("A browser that comes back from a provider", (it) => {
  it.effect("with what it was given is connected once, and the old connection keeps its id", () =>
    Effect.gen(function* () {
      const { browser, callback, connection, tenant } = yield* came()
      const done = yield* browser.get(callback)
      assert.strictEqual(done.status, 200, done.body)
      const { messages, to } = Connecting.toldBy(done)
      assert.strictEqual(to, Connecting.tool)
      assert.deepStrictEqual(messages, [
        {
          type: "vendo:oauth:done",
          provider: "notion",
          connection_id: connection,
          external_id: `vendo_conn_${connection.replaceAll("-", "")}`,
          display_name: "notion",
          return_url: `${Connecting.tool}/back?state=of+the+tool&status=success&connection_id=${connection}`
        },
        { type: "vendo:connection-completed", slug: "notion", connectionId: connection }
      ])
      assert.notInclude((yield* Service.vend("notion", tenant.key)).body, "ntn_the_old_one")
      const again = yield* browser.get(callback)
      assert.strictEqual(Connecting.codeOf(again), "oauth_state_invalid")
    })
  )

  it.effect("with anything else connects nothing", () =>
    Effect.gen(function* () {
      const world = yield* made
      for (const { code, name, target } of brought) {
        const arrived = yield* came(world)
        yield* isRefused(arrived, code, arrived.browser.get(target(arrived.callback))).pipe(
          Effect.annotateLogs({ name })
        )
        assert.notMatch((yield* arrived.browser.get("/connections/connect/notion")).body, /alert\(1\)|onerror/)
      }
    })
  )

  it.effect("after its time, as the database tells it, connects nothing", () =>
    Effect.gen(function* () {
      const arrived = yield* came()
      yield* Connecting.administer(
        `UPDATE broker.connect_visits SET expires_at = now() - interval '1 second' WHERE ${ofSession(arrived.session)}`
      )
      yield* isRefused(arrived, "session_over", arrived.browser.get(arrived.callback), false)
      // One second before, it is still time.
      yield* Connecting.administer(
        `UPDATE broker.connect_visits SET expires_at = now() + interval '1 minute' WHERE ${ofSession(arrived.session)}`
      )
      assert.strictEqual((yield* arrived.browser.get(arrived.callback)).status, 200)
    })
  )

  it.effect("a second time connects nothing, though the first time nothing came of it", () =>
    Effect.gen(function* () {
      const arrived = yield* came()
      const { browser, callback } = arrived
      yield* isRefused(
        arrived,
        "access_denied",
        browser.get(changed({ code: undefined, error: "access_denied" })(callback))
      )
      yield* isRefused(arrived, "oauth_state_invalid", browser.get(callback))
    })
  )

  it.effect("to another browser, session or tenant connects nothing, and whose state it was is told", () =>
    Effect.gen(function* () {
      const arrived = yield* came()
      const stranger = new Connecting.Browser()
      yield* isRefused(arrived, "session_over", stranger.get(arrived.callback), false)
      // Of the same tenant and user.
      const session = { slug: "notion" }
      const own = yield* Connecting.visiting(arrived.tenant.key, session)
      yield* isRefused(arrived, "oauth_state_invalid", own.browser.get(arrived.callback), false)
      const other = yield* came()
      yield* isRefused(
        arrived,
        "oauth_state_invalid",
        Effect.map(other.browser.get(arrived.callback), (answer) => {
          // Its own opener is told of its own attempt, which this was not: no secret is in it.
          assert.strictEqual(Connecting.toldBy(answer).to, Connecting.tool)
          return { ...answer, body: answer.body.replaceAll(/<script[^]*<\/script>/g, "") }
        }),
        false
      )
      // None of that was the attempt of the browser it belongs to.
      assert.strictEqual((yield* arrived.browser.get(arrived.callback)).status, 200)
    })
  )

  it.effect("with a cookie that is none, or two of them, connects nothing", () =>
    Effect.gen(function* () {
      const arrived = yield* came()
      const [[name, value] = ["", ""]] = [...arrived.browser.cookies]
      assert.strictEqual(name, "__Host-vendo_visit")
      for (const cookie of [
        "",
        "garbage",
        "x".repeat(4096),
        `${name}=${value}x`,
        `${name}=${value}; ${name}=${value}`
      ]) {
        const stranger = new Connecting.Browser()
        yield* isRefused(
          arrived,
          "session_over",
          stranger.get(arrived.callback, cookie === "" ? {} : { Cookie: cookie }),
          false
        )
      }
    })
  )

  it.effect("with a code that was used is refused by the provider, and connects nothing", () =>
    Effect.gen(function* () {
      const first = yield* came()
      const used = parameterOf(first.callback, "code")
      assert.strictEqual((yield* first.browser.get(first.callback)).status, 200)
      const second = yield* came()
      yield* isRefused(second, "oauth_exchange_failed", second.browser.get(changed({ code: used })(second.callback)))
    })
  )

  it.effect(
    "and whatever the provider answers instead of a token, nothing is connected, and the code is sent once",
    () =>
      Effect.gen(function* () {
        const { providers } = yield* Connecting.Upstreams
        const world = yield* made
        for (const fault of answered) {
          const arrived = yield* came(world)
          yield* providers.clearCalls
          yield* providers.addFaults({ ...fault, route: "notion.token", times: 1 })
          const answer = yield* isRefused(arrived, "oauth_exchange_failed", arrived.browser.get(arrived.callback))
          assert.strictEqual(answer.headers["vendo-error-code"], "upstream_error")
          assert.notMatch(answer.body, /ntn_|attacker|invalid_grant/, fault.name)
          assert.strictEqual((yield* providers.calls({ route: "notion.token" })).length, 1, fault.name)
          yield* providers.clearFaults
        }
      }),
    120_000
  )

  it.effect("twice at once is connected once", () =>
    Effect.gen(function* () {
      const { providers } = yield* Connecting.Upstreams
      for (let round = 0; round < 5; round++) {
        const { browser, callback, tenant } = yield* came()
        yield* providers.clearCalls
        const answers = yield* Effect.all([browser.get(callback), browser.get(callback)], { concurrency: "unbounded" })
        assert.deepStrictEqual(answers.map(({ status }) => status).toSorted(), [200, 400])
        assert.deepStrictEqual(answers.map(Connecting.codeOf).toSorted(), ["", "oauth_state_invalid"])
        assert.strictEqual((yield* providers.calls({ route: "notion.token" })).length, 1)
        const held = yield* Connecting.snapshot(
          `SELECT count(*)::int AS n FROM broker.connections WHERE tenant_id = '${tenant.id}'`
        )
        assert.strictEqual(held, `[{"n":1}]`)
      }
    })
  )

  it.effect("when what opened the session is no good any more connects nothing, at whatever moment that was", () =>
    Effect.gen(function* () {
      const { providers } = yield* Connecting.Upstreams
      const before = yield* came()
      yield* Service.managed("DELETE", `${before.tenant.base}/keys/${before.tenant.keyId}`)
      yield* isRefused(before, "session_over", before.browser.get(before.callback), false)

      const during = yield* came()
      yield* providers.clearCalls
      yield* providers.addFaults({ route: "notion.token", latencyMs: 400, times: 1 })
      const revoked = Effect.gen(function* () {
        while ((yield* providers.calls({ route: "notion.token" })).length === 0) yield* Effect.yieldNow
        yield* Service.managed("DELETE", `${during.tenant.base}/keys/${during.tenant.keyId}`)
      })
      const both = Effect.map(
        Effect.all([during.browser.get(during.callback), revoked], { concurrency: "unbounded" }),
        ([answer]) => answer
      )
      yield* isRefused(during, "session_over", both, false)

      const suspended = yield* came()
      yield* Connecting.administer(`UPDATE broker.tenants SET status = 'suspended' WHERE id = '${suspended.tenant.id}'`)
      yield* isRefused(suspended, "session_over", suspended.browser.get(suspended.callback), false)
    })
  )

  it.effect("tells only the origin it is returned to, or our own, and no other that was written into the address", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const session = { slug: "notion", return_to: `${Connecting.tool}/back` }
      const cancelled = Effect.fnUntraced(function* (openerOrigin: string) {
        const query = `&opener_origin=${encodeURIComponent(openerOrigin)}`
        const { browser } = yield* Connecting.visiting(tenant.key, session, query)
        yield* browser.submit("notion", { action: "cancel" })
        return yield* browser.get("/connections/connect/notion")
      })
      for (const opener of strangeOpeners) {
        const page = yield* cancelled(opener)
        assert.notInclude(page.body, "<script", opener)
        assert.notInclude(page.headers["content-security-policy"] ?? "", "script-src", opener)
      }
      for (const opener of [Connecting.tool, Connecting.origin]) {
        assert.strictEqual(Connecting.toldBy(yield* cancelled(opener)).to, opener)
      }
    })
  )

  it.effect("is sent on only to where the operator says, and shown any other address as text", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const end = Effect.fnUntraced(function* (return_to: string) {
        const { browser } = yield* Connecting.visiting(tenant.key, { slug: "notion", return_to, state: "a&b=<c>" })
        yield* browser.submit("notion", { action: "cancel" })
        return yield* browser.get("/connections/connect/notion")
      })
      const state = new URLSearchParams({ state: "a&b=<c>", status: "cancelled" }).toString()
      for (const return_to of [
        `${Connecting.tool}/back`,
        `${Connecting.origin}/done?x=1`,
        "http://localhost:3000/x",
        "http://127.0.0.1/"
      ]) {
        const page = yield* end(return_to)
        const target = Connecting.refreshOf(page)
        assert.strictEqual(target, `${return_to}${return_to.includes("?") ? "&" : "?"}${state}`)
        assert.include(page.body, `href="`)
      }
      for (const return_to of [
        "https://tool.example.evil.example/",
        "https://evil-tool.example/",
        "http://tool.example/",
        "https://tool.example:8443/",
        "https://localhost.evil.example/",
        "https://xn--tl-fka.example/"
      ]) {
        const page = yield* end(return_to)
        assert.strictEqual(Connecting.refreshOf(page), "", return_to)
        assert.notInclude(page.body, "href=", return_to)
        assert.include(Connecting.unescaped(page.body), `${return_to}?${state}`)
      }
    })
  )
})
