/** What becomes of an account once it was obtained: bound, chosen from, replaced, or not. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { isRow } from "./edges/row.ts"
import { connectionsOf, hidden, isAccessible, prefix } from "./fixtures/connectPage.ts"
import * as Connecting from "./fixtures/connecting.ts"
import * as Service from "./fixtures/service.ts"

layer(Connecting.layer(), { excludeTestServices: true })("An account that is connected on the page", (it) => {
  it.effect("names who holds a bot that has its one consumer, and gives none to a sandbox", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      yield* Service.connectAndBind(tenant, "telegram", { credential: "5150:AAheldheldheldheld" })
      const second = yield* Service.makeApp(tenant.base, "second")
      const box = yield* Service.makeApp(tenant.base, "box", "sandbox")
      const before = yield* Connecting.heldBy(tenant.id)
      for (const [{ key }, credential, code, says] of [
        [second, "5150:AAanother_token", "connection_in_use", /in use by tool/],
        [box, "5151:AAfree_for_anybody", "forbidden", /box is a sandbox/]
      ] as const) {
        const { browser } = yield* Connecting.visiting(key, { slug: "telegram" })
        const answer = yield* browser.submit("telegram", { action: "paste", credential })
        assert.strictEqual(Connecting.codeOf(answer), code)
        assert.match(answer.body, says)
        assert.strictEqual(yield* Connecting.heldBy(tenant.id), before)
      }
    })
  )

  it.effect("offers an admin what the same owner has, and binds it; and the app's own code none of it", () =>
    Effect.gen(function* () {
      const { adminToken } = yield* Service.Service
      const tenant = yield* Service.makeTenant
      const mine = yield* Service.connect(tenant.base, "notion", { credential: "ntn_mine", name: "Mine <b>" })
      const gone = yield* Service.connect(tenant.base, "notion", { credential: "ntn_gone", name: "Gone" })
      yield* Service.managed("DELETE", `${tenant.base}/connections/${gone}`)
      const alices = (yield* Service.made("POST", `${tenant.base}/connections`, {
        slug: "notion",
        credential: "ntn_alices",
        name: "Alice's",
        user: "alice"
      })).id
      const stranger = yield* Service.makeTenant
      const theirs = yield* Service.connect(stranger.base, "notion", { credential: "ntn_theirs" })
      const byApp = yield* Connecting.visiting(tenant.key, { slug: "notion" })
      hidden(byApp.page, "Mine")
      const taken = yield* byApp.browser.submit("notion", { action: "use", connection: mine })
      assert.strictEqual(Connecting.codeOf(taken), "validation_failed")
      isRow(yield* Service.vend("notion", tenant.key), "binding_missing")

      const session = { slug: "notion", tenant_id: tenant.id, app_id: tenant.app }
      const { browser, page } = yield* Connecting.visiting(adminToken, session)
      isAccessible(page)
      assert.include(page.body, "Mine &lt;b&gt;")
      for (const other of [gone, alices, theirs]) {
        hidden(page, other)
        const answer = yield* browser.submit("notion", { action: "use", connection: other })
        assert.strictEqual(Connecting.codeOf(answer), "validation_failed")
      }
      assert.strictEqual((yield* browser.submit("notion", { action: "use", connection: mine })).status, 303)
      assert.include((yield* Service.vend("notion", tenant.key)).body, "ntn_mine")
    })
  )

  it.effect("changes nothing that another app uses, when an app's own code brought it", () =>
    Effect.gen(function* () {
      const { adminToken } = yield* Service.Service
      const { base, id, ...first } = yield* Service.makeTenant
      const second = yield* Service.makeApp(base, "second")
      const owned = yield* Service.connectAndBind({ base, app: first.app }, "notion", { credential: "ntn_shared" })
      yield* Service.bind(base, second.app, "notion", owned)
      const paste = Effect.fnUntraced(function* (bearer: string, session: Record<string, string>, credential: string) {
        const { browser } = yield* Connecting.visiting(bearer, { slug: "notion", ...session })
        return yield* browser.submit("notion", { action: "paste", credential })
      })
      const vended = Effect.fnUntraced(function* (key: string, credential: string) {
        assert.include((yield* Service.vend("notion", key)).body, `"${credential}"`)
      })
      const { providers } = yield* Connecting.Upstreams
      for (const key of ["ntn_second", "ntn_second_again", "ntn_third"]) {
        yield* providers.putKey(key, { id: "77", name: "Acme" })
      }
      assert.strictEqual((yield* paste(second.key, {}, "ntn_second")).status, 303)
      yield* vended(second.key, "ntn_second")
      yield* vended(first.key, "ntn_shared")
      const third = yield* Service.makeApp(base, "third")
      assert.strictEqual((yield* paste(third.key, {}, "ntn_third")).status, 303)
      yield* vended(third.key, "ntn_third")
      yield* vended(second.key, "ntn_second")
      // What the app alone is bound to is its own to renew; what a key of the connection opens is not.
      const before = (yield* connectionsOf(base)).map(({ id }) => id)
      assert.strictEqual((yield* paste(second.key, {}, "ntn_second_again")).status, 303)
      assert.deepStrictEqual(
        (yield* connectionsOf(base)).map(({ id }) => id),
        before
      )
      const locked = yield* Service.made("POST", `${base}/connections/${owned}/keys`, {})
      assert.strictEqual((yield* paste(first.key, {}, "ntn_first")).status, 303)
      yield* vended(first.key, "ntn_first")
      yield* vended(locked.key ?? "", "ntn_shared")
      // An admin's word renews what all of them use.
      const again = { tenant_id: id, connection_id: owned }
      assert.strictEqual((yield* paste(adminToken, again, "ntn_renewed")).status, 303)
      yield* vended(locked.key ?? "", "ntn_renewed")
    })
  )

  it.effect("asks before a connection becomes one of another account, and shows both names", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { providers } = yield* Connecting.Upstreams
      const connect = Effect.fnUntraced(function* (workspace: string) {
        yield* providers.patchSettings({ workspace })
        const { browser } = yield* Connecting.visiting(tenant.key, { slug: "notion" })
        const answer = yield* browser.get(yield* browser.consent("notion", "oauth"))
        return { answer, browser }
      })
      const [one = "", two = ""] = (yield* providers.settings).workspaces.map(({ id }) => id)
      assert.strictEqual((yield* connect(one)).answer.status, 200)
      const [first] = yield* connectionsOf(tenant.base)
      const before = yield* Connecting.heldBy(tenant.id)

      for (const keep of [true, false]) {
        const { answer, browser } = yield* connect(two)
        assert.strictEqual(answer.status, 303)
        // From the callback's own path, wherever the installation is.
        assert.strictEqual(answer.headers["location"], "../../../connections/connect/notion")
        const page = yield* browser.get(`${prefix}notion`)
        isAccessible(page)
        assert.include(page.body, "<strong>Simulated workspace</strong>")
        assert.include(page.body, "<strong>Another simulated workspace</strong>")
        assert.strictEqual(yield* Connecting.heldBy(tenant.id), before)
        assert.strictEqual((yield* browser.submit("notion", { action: keep ? "keep" : "replace" })).status, 303)
        if (!keep) break
        assert.strictEqual(yield* Connecting.heldBy(tenant.id), before)
        // What was obtained is forgotten.
        assert.strictEqual(Connecting.codeOf(yield* browser.submit("notion", { action: "replace" })), "session_over")
      }
      const [after, ...more] = yield* connectionsOf(tenant.base)
      assert.isEmpty(more)
      assert.deepStrictEqual([after?.id, after?.name], [first?.id, first?.name])
      assert.deepInclude(after?.metadata, { account: { id: two, name: "Another simulated workspace" } })
      const { browser } = yield* connect(two)
      assert.include(
        (yield* browser.get(`${prefix}notion`)).body,
        "Notion is connected",
        "the same account needs no word"
      )
      yield* providers.patchSettings({ workspace: one })
    })
  )

  it.effect("asks which of several an account is to act on, and takes none but those", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { providers } = yield* Connecting.Upstreams
      const { projects } = yield* providers.settings
      yield* providers.patchSettings({
        projects: [
          { id: "alpha", name: "Alpha & <Co>" },
          { id: "beta", name: "Beta" }
        ]
      })
      const { browser } = yield* Connecting.visiting(tenant.key, { slug: "supabase" })
      const answer = yield* browser.get(yield* browser.consent("supabase", "composio"))
      assert.strictEqual(answer.headers["location"], "../../../../connections/connect/supabase")
      assert.isEmpty(yield* connectionsOf(tenant.base))
      const page = yield* browser.get(`${prefix}supabase`)
      isAccessible(page)
      assert.include(page.body, "Alpha &amp; &lt;Co&gt;")
      for (const fields of [{ "context.ref": "gamma" }, { "context.url": "alpha" }, { "context.__proto__": "alpha" }]) {
        const refused = yield* browser.submit("supabase", { action: "choose", ...fields })
        assert.strictEqual(Connecting.codeOf(refused), "validation_failed")
        assert.isEmpty(yield* connectionsOf(tenant.base))
      }
      assert.strictEqual((yield* browser.submit("supabase", { action: "choose", "context.ref": "beta" })).status, 303)
      const [connection] = yield* connectionsOf(tenant.base)
      assert.deepInclude(connection?.metadata, { context: { supabase: { ref: "beta" } } })
      assert.strictEqual((yield* Service.vend("supabase", tenant.key)).status, 200)

      // None to be found: it is connected all the same, and that is said.
      yield* providers.patchSettings({ projects: [] })
      const other = yield* Service.makeTenant
      const visit = yield* Connecting.visiting(other.key, { slug: "supabase" })
      const done = yield* visit.browser.get(yield* visit.browser.consent("supabase", "composio"))
      assert.include(done.body, "could not be found out: ref")
      assert.deepInclude((yield* connectionsOf(other.base))[0]?.metadata, { context_missing: ["ref"] })
      yield* providers.patchSettings({ projects })
    })
  )

  it.effect("ends when it is cancelled, and the opener hears of that, too", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const session = { slug: "notion", return_to: `${Connecting.tool}/back` }
      const { browser } = yield* Connecting.visiting(tenant.key, session, `&opener_origin=${Connecting.tool}`)
      assert.strictEqual((yield* browser.submit("notion", { action: "cancel" })).status, 303)
      const page = yield* browser.get(`${prefix}notion`)
      isAccessible(page)
      assert.deepStrictEqual(Connecting.toldBy(page), {
        to: Connecting.tool,
        messages: [{ type: "vendo:oauth:error", code: "cancelled", detail: "nothing was connected" }]
      })
      assert.include(page.body, `href="${Connecting.tool}/back?status=cancelled"`)
      assert.strictEqual(Connecting.codeOf(yield* browser.submit("notion", { action: "oauth" })), "session_over")
    })
  )

  it.effect("is opened by an admin for an app or for none, and for a user; and says what became of it", () =>
    Effect.gen(function* () {
      const { adminToken } = yield* Service.Service
      const tenant = yield* Service.makeTenant
      const outcome = (id: string) =>
        Effect.map(Service.managed("GET", `${tenant.base}/connect-sessions/${id}`), ({ body }) => JSON.parse(body))
      const session = { slug: "notion", tenant_id: tenant.id, user: "alice" }
      const opened = yield* Connecting.openSession(adminToken, session)
      assert.deepInclude(yield* outcome(opened.id), { status: "open", connection_id: null, failure: null })
      const browser = new Connecting.Browser()
      const page = yield* browser.open(opened.url)
      assert.include(page.body, "on behalf of <strong>alice</strong>")
      assert.deepInclude(yield* outcome(opened.id), { status: "visited" })
      yield* browser.submit("notion", { action: "paste", credential: "ntn_refused" })
      assert.deepInclude(yield* outcome(opened.id), { status: "visited", failure: "validation_failed" })
      yield* browser.submit("notion", { action: "paste", credential: "ntn_alices" })
      const [connection] = yield* connectionsOf(tenant.base)
      assert.deepInclude(connection, { user: "alice", status: "active" })
      assert.deepStrictEqual(yield* outcome(opened.id), {
        id: opened.id,
        slug: "notion",
        status: "connected",
        connection_id: connection?.id,
        failure: null
      })
      // What is sent to it afterwards makes no failure of it.
      assert.strictEqual(Connecting.codeOf(yield* browser.submit("notion", { action: "cancel" })), "session_over")
      assert.deepInclude(yield* outcome(opened.id), { status: "connected", failure: null })
      // Again, by its id; for nobody else's, and for no other integration.
      const again = { slug: "notion", tenant_id: tenant.id, user: "alice", connection_id: connection?.id }
      const second = new Connecting.Browser()
      yield* second.open((yield* Connecting.openSession(adminToken, again)).url)
      yield* second.submit("notion", { action: "paste", credential: "ntn_alices" })
      assert.deepStrictEqual(
        (yield* connectionsOf(tenant.base)).map(({ id }) => id),
        [connection?.id]
      )
      const ask = (body: object) => Service.managed("POST", "/connect-sessions", body)
      const stranger = yield* Service.makeTenant
      isRow(yield* ask({ ...again, user: "bob" }), "validation_failed", { field: "connection_id" })
      isRow(yield* ask({ ...again, slug: "slack" }), "validation_failed", { field: "connection_id" })
      isRow(yield* ask({ ...again, tenant_id: stranger.id }), "not_found")
      isRow(yield* ask({ ...session, app_id: stranger.app }), "not_found")
      isRow(yield* ask({ ...session, slug: "nosuch" }), "provider_unknown")
      isRow(yield* ask({ slug: "notion" }), "validation_failed", { field: "tenant_id" })
      isRow(yield* Service.managed("GET", `${stranger.base}/connect-sessions/${opened.id}`), "not_found")
    })
  )

  it.effect("believes nothing of what comes back from Composio but the state", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { composio } = yield* Connecting.Upstreams
      yield* composio.putAccount("ca_of_another", { toolkit: "supabase" })
      const come = Effect.fnUntraced(function* (code: string, change: (url: URL) => void = () => undefined) {
        const { browser } = yield* Connecting.visiting(tenant.key, { slug: "supabase" })
        const answer = yield* browser.get(yield* browser.consent("supabase", "composio", change))
        assert.strictEqual(Connecting.codeOf(answer), code, answer.body)
        assert.isEmpty(yield* connectionsOf(tenant.base))
        assert.include(yield* Connecting.refusalsOf(answer), `"outcome":"${code}"`)
      })
      yield* come("composio_not_active", (url) => url.searchParams.set("claim", "ca_of_another"))
      yield* come("composio_not_active", (url) => url.searchParams.set("outcome", "failed"))
      const strike = (fault: object) => composio.addFaults({ route: "account", times: 1, ...fault })
      yield* strike({ merge: { toolkit: { slug: "gmail" } } })
      yield* come("composio_account_mismatch")
      yield* strike({ merge: { auth_config: { id: "ac_of_another" } } })
      yield* come("composio_account_mismatch")
      yield* strike({ merge: { id: "ca_of_another" } })
      yield* come("composio_get_failed")
      yield* strike({ status: 500 })
      yield* come("composio_get_failed")
      yield* strike({ merge: { is_disabled: true } })
      yield* come("composio_not_active")
      yield* composio.clearFaults

      const { browser } = yield* Connecting.visiting(tenant.key, { slug: "supabase" })
      yield* composio.addFaults({ route: "link", status: 500, times: 1 })
      const start = yield* browser.submit("supabase", { action: "composio" })
      assert.strictEqual(Connecting.codeOf(start), "composio_initiate_failed")
      yield* composio.addFaults({ route: "link", times: 1, merge: { redirect_url: "javascript:alert(1)" } })
      const sent = yield* browser.submit("supabase", { action: "composio" })
      assert.strictEqual(Connecting.codeOf(sent), "composio_initiate_failed")
      hidden(sent, "javascript:")
      assert.strictEqual(Connecting.codeOf(yield* browser.submit("supabase", { action: "oauth" })), "way_unavailable")
      yield* composio.clearFaults
    })
  )
})
