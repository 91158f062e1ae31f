/** The page on which an account is connected: who may use it, and what it does with what is sent. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { createHash } from "node:crypto"
import { isRow } from "./edges/row.ts"
import * as Connecting from "./fixtures/connecting.ts"
import * as Service from "./fixtures/service.ts"
import type { Answer } from "./fixtures/wire.ts"

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

const connectionsOf = (base: string) =>
  Effect.flatMap(Service.managed("GET", `${base}/connections`), ({ body }) =>
    Effect.map(Effect.orDie(Schema.decodeUnknownEffect(Connections)(body)), ({ connections }) => connections)
  )

const prefix = "/connections/connect/"

const hidden = ({ body }: Answer, secret: string) => assert.notInclude(body, secret)

/** What a reader of the page hears: headings in order, a label for every field, nothing that needs a script. */
const isAccessible = ({ body, headers }: Answer) => {
  assert.match(body, /^<!doctype html>\n<html lang="en">/)
  assert.strictEqual(body.match(/<h1>/g)?.length, 1)
  assert.match(body, /<title>[^<]+<\/title>/)
  const ids = [...body.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id)
  assert.strictEqual(new Set(ids).size, ids.length, "no id twice")
  for (const [, reference = ""] of body.matchAll(/aria-(?:describedby|labelledby)="([^"]+)"/g)) {
    for (const id of reference.split(" ")) assert.include(ids, id)
  }
  for (const [input] of body.matchAll(/<input [^>]*>/g)) {
    if (input.includes(`type="hidden"`)) continue
    const id = /\bid="([^"]+)"/.exec(input)?.[1] ?? ""
    assert.include(body, `<label for="${id}">`, input)
  }
  const known = new Map([
    ["style-src", /<style>([^<]*)<\/style>/],
    ["script-src", /<script[^>]*>([^<]*)<\/script>/]
  ])
  const policy = headers["content-security-policy"] ?? ""
  for (const [directive, pattern] of known) {
    const inline = pattern.exec(body)?.[1]
    const hash = inline === undefined ? undefined : createHash("sha256").update(inline).digest("base64")
    assert.strictEqual(new RegExp(`${directive} 'sha256-([^']+)'`).exec(policy)?.[1], hash)
  }
  assert.match(policy, /^default-src 'none'; .*form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/)
  assert.notMatch(body, /\son\w+=|style=|src=|url\(|@import/)
  assert.deepInclude(headers, { "referrer-policy": "no-referrer", "cache-control": "no-store" })
}

/** What a form of another page could be sent with. */
const forged: ReadonlyArray<readonly [name: string, headers: Record<string, string>, fields?: Record<string, string>]> =
  [
    ["another origin", { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" }],
    ["another origin, of an old browser", { Origin: "https://evil.example", "Sec-Fetch-Site": "" }],
    ["our own host over http", { Origin: "http://vendo.example", "Sec-Fetch-Site": "" }],
    ["a look-alike", { Origin: "https://vendo.example.evil.example", "Sec-Fetch-Site": "same-origin" }],
    ["a sister host", { Origin: "null", "Sec-Fetch-Site": "same-site" }],
    ["a page without an origin", { Origin: "null", "Sec-Fetch-Site": "cross-site" }],
    ["typed in", { Origin: "null", "Sec-Fetch-Site": "none" }],
    ["no origin at all", { Origin: "" }],
    ["nothing said of the site", { Origin: "null", "Sec-Fetch-Site": "" }],
    ["plain text", { "Content-Type": "text/plain" }],
    ["JSON", { "Content-Type": "application/json" }],
    ["a form of parts", { "Content-Type": "multipart/form-data; boundary=x" }],
    ["no token of the page", {}, { form_token: "" }],
    ["another token", {}, { form_token: "x".repeat(43) }]
  ]

layer(Connecting.layer(), { excludeTestServices: true })("The page on which an account is connected", (it) => {
  it.effect("takes a ticket once, hands out a cookie for it, and shows an address without it", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { url } = yield* Connecting.openSession(tenant.key, { slug: "notion" })
      const browser = new Connecting.Browser()
      const landed = yield* browser.get(Connecting.inside(url))
      assert.strictEqual(landed.status, 303)
      assert.strictEqual(landed.headers["location"], "notion")
      assert.match(
        landed.headers["set-cookie"] ?? "",
        /^__Host-vendo_visit=vendo_cv_[0-9A-Za-z]{42}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/
      )
      const page = yield* browser.get(`${prefix}notion`)
      isAccessible(page)
      assert.include(page.body, "<strong>tool</strong> of <strong>tenant-")
      // Who goes back is where they were; anybody else with the address comes too late.
      assert.strictEqual((yield* browser.get(Connecting.inside(url))).headers["location"], "notion")
      const stranger = yield* new Connecting.Browser().get(Connecting.inside(url))
      assert.strictEqual(stranger.status, 404)
      assert.strictEqual(Connecting.codeOf(stranger), "session_over")
      assert.isUndefined(stranger.headers["set-cookie"])
      // A cookie opens the page it is of, and no other.
      assert.include((yield* browser.get(`${prefix}slack`)).body, "For the operator")
    })
  )

  it.effect("has no place for a key in its address, and says where keys go", () =>
    Effect.gen(function* () {
      const { key } = yield* Service.makeTenant
      for (const query of [`app_key=${key}`, "app_key=hunter2", "return_to=x&app_key=hunter2", "app_key"]) {
        const answer = yield* new Connecting.Browser().get(`${prefix}notion?${query}`)
        isRow(answer, "validation_failed", { field: "query" })
        assert.include(answer.body, "POST /api/connect-sessions")
        assert.notMatch(answer.body, /hunter2|vendo_sk_/)
      }
    })
  )

  it.effect("does nothing for a form that another page sent, and changes nothing", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { browser } = yield* Connecting.visiting(tenant.key, { slug: "notion" })
      const before = yield* Connecting.heldBy(tenant.id)
      const fields = { action: "paste", credential: "ntn_hunter2_hunter2_hunter2" }
      for (const [name, headers, more = {}] of forged) {
        const sent = Object.fromEntries(
          Object.entries({
            "Content-Type": "application/x-www-form-urlencoded",
            Origin: "null",
            "Sec-Fetch-Site": "same-origin",
            ...headers
          }).filter(([, value]) => value !== "")
        )
        const answer = yield* browser.request("POST", `${prefix}notion`, {
          headers: sent,
          body: new URLSearchParams({ form_token: browser.token, ...fields, ...more }).toString()
        })
        assert.strictEqual(Connecting.codeOf(answer), "forged_request", name)
        assert.strictEqual(answer.status, 403)
        hidden(answer, "hunter2")
        assert.strictEqual(yield* Connecting.heldBy(tenant.id), before)
        assert.include(yield* Connecting.refusalsOf(answer), `"outcome":"forged_request"`)
      }
      // By its cookie alone, or with that of another visit, it is nobody's.
      const other = yield* Connecting.visiting(tenant.key, { slug: "notion" })
      const foreign = yield* browser.submit("notion", { ...fields, form_token: other.browser.token })
      assert.strictEqual(Connecting.codeOf(foreign), "forged_request")
      const nobody = yield* new Connecting.Browser().submit("notion", fields)
      assert.strictEqual(Connecting.codeOf(nobody), "session_over")
      isRow(
        yield* browser.request("GET", `${prefix}notion?action=cancel&form_token=${browser.token}`),
        "validation_failed",
        {
          field: "query"
        }
      )
      // An old browser says its origin, and nothing of sites.
      const old = yield* browser.request("POST", `${prefix}notion`, {
        headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: Connecting.origin },
        body: new URLSearchParams({ form_token: browser.token, ...fields }).toString()
      })
      assert.strictEqual(old.status, 303, old.body)
    })
  )

  it.effect("looks at a key before it asks about it, and asks before it keeps it", () =>
    Effect.gen(function* () {
      const tenant = yield* Service.makeTenant
      const { providers } = yield* Connecting.Upstreams
      const { browser } = yield* Connecting.visiting(tenant.key, { slug: "notion" })
      const before = yield* Connecting.heldBy(tenant.id)
      const paste = (credential: string, more: Record<string, string> = {}) =>
        browser.submit("notion", { action: "paste", credential, ...more })
      const refused: ReadonlyArray<readonly [credential: string, says: RegExp, asked: number]> = [
        ["", /the credential is empty/, 0],
        ["   ", /the credential is empty/, 0],
        ["ntn_hunter2\nntn_hunter2", /one line of printable ASCII/, 0],
        ["ntn_hunter2\u0000", /one line of printable ASCII/, 0],
        ["ntn_hunter2é", /one line of printable ASCII/, 0],
        ["hunter2".repeat(2341).slice(0, 16 * 1024 + 1), /at most 16384 characters/, 0],
        [tenant.key, /this is a Vendo key, not a credential of Notion/, 0],
        ["ntn_refused_hunter2", /Notion does not take this key/, 1],
        ["sk-ant-api03-refused-hunter2-hunter2-hunter2", /looks like a key of Anthropic; Notion takes/, 1]
      ]
      for (const [credential, says, asked] of refused) {
        yield* providers.clearCalls
        const answer = yield* paste(credential)
        assert.strictEqual(Connecting.codeOf(answer), "validation_failed")
        assert.strictEqual(answer.status, 400)
        assert.match(Connecting.unescaped(answer.body), says)
        isAccessible(answer)
        assert.match(answer.body, /aria-describedby="[^"]*problem" aria-invalid="true"/)
        assert.notMatch(answer.body, /hunter2|vendo_sk_/)
        assert.strictEqual((yield* providers.calls()).length, asked, credential.slice(0, 20))
        assert.strictEqual(yield* Connecting.heldBy(tenant.id), before)
      }

      yield* providers.addFaults({ route: "notion.me", status: 503 })
      const silent = yield* paste("ntn_hunter2")
      assert.strictEqual(Connecting.codeOf(silent), "upstream_error")
      assert.strictEqual(silent.status, 502)
      assert.include(silent.body, `name="unverified"`)
      isAccessible(silent)
      assert.strictEqual(yield* Connecting.heldBy(tenant.id), before)
      // A definite no is one, whatever was ticked.
      yield* providers.clearFaults
      assert.strictEqual((yield* paste("ntn_refused_hunter2", { unverified: "1" })).status, 400)
      yield* providers.addFaults({ route: "notion.me", status: 503 })
      assert.strictEqual((yield* paste("  ntn_hunter2\n", { unverified: "1" })).status, 303)
      yield* providers.clearFaults
      const [connection] = yield* connectionsOf(tenant.base)
      assert.deepInclude(connection?.metadata, { unverified: true })
      assert.include((yield* browser.get(`${prefix}notion`)).body, "not verified")
      assert.include((yield* Service.vend("notion", tenant.key)).body, `"ntn_hunter2"`)
      // The visit has come to its end.
      assert.strictEqual(Connecting.codeOf(yield* paste("ntn_other")), "session_over")
    })
  )

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

  it.effect("offers what the same owner has, and binds it", () =>
    Effect.gen(function* () {
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
      const { browser, page } = yield* Connecting.visiting(tenant.key, { slug: "notion" })
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
