/** The page on which an account is connected: who may use it, and what may be pasted there. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { isRow } from "./edges/row.ts"
import { connectionsOf, hidden, isAccessible, prefix } from "./fixtures/connectPage.ts"
import * as Connecting from "./fixtures/connecting.ts"
import * as Service from "./fixtures/service.ts"

/** What a form of another page could be sent with. */
const forged: ReadonlyArray<readonly [name: string, headers: Record<string, string>, fields?: Record<string, string>]> =
  [
    ["another origin", { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" }],
    ["another origin, of an old browser", { Origin: "https://evil.example", "Sec-Fetch-Site": "" }],
    ["our own host over http", { Origin: "http://vendo.example", "Sec-Fetch-Site": "" }],
    ["a look-alike", { Origin: "https://vendo.example.evil.example", "Sec-Fetch-Site": "same-origin" }],
    [
      "our origin, which no browser says of another site",
      { Origin: Connecting.origin, "Sec-Fetch-Site": "cross-site" }
    ],
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
      for (const opener of [`https://x.example/${key}`, `https://x.example/${key.replace("_", "%5f")}`, `${key}`]) {
        const answer = yield* new Connecting.Browser().get(`${prefix}notion?opener_origin=${opener}`)
        isRow(answer, "validation_failed", { field: "query" })
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
})
