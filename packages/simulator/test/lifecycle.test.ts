import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { createHmac } from "node:crypto"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import { named } from "@vendodev/simulator/faults"
import * as inProcess from "@vendodev/simulator/inProcess"
import { accountIn, api, asking, jsonIn, one, tokenIn } from "./asking.ts"

const start = Effect.fnUntraced(function* (options?: FakeComposio.Options) {
  const simulator = yield* FakeComposio.make({ accounts: { ca_1: {} }, ...options })
  const ask = asking(inProcess.baseUrl, inProcess.layer(simulator))
  const post = (path: string, body: unknown = {}) => ask({ path, body, method: "POST" })
  return { simulator, ask, post, get: (id = "ca_1") => ask({ path: one(id) }) }
})

it.effect("The endpoint called refresh breaks a working account, and the ledger shows who called it", () =>
  Effect.gen(function* () {
    const { get, post, simulator } = yield* start()
    const answer = jsonIn(yield* post(`${one("ca_1")}/refresh`))
    assert.strictEqual(answer["status"], "INITIATED")
    assert.strictEqual(accountIn(yield* get()).status, "INITIATED")
    yield* TestClock.adjust("10 minutes")
    assert.strictEqual(accountIn(yield* get()).status, "EXPIRED")
    assert.strictEqual((yield* simulator.calls({ route: "refresh", account: "ca_1" })).length, 1)
  })
)

it.effect("A consent leads from a link to an active account and back to the caller, once", () =>
  Effect.gen(function* () {
    const { ask, get, post } = yield* start()
    const callback_url = "https://broker.example/callback?state=s1"
    const answer = yield* post(`${api}/connected_accounts/link`, {
      auth_config_id: "ac_slack",
      user_id: "u1",
      callback_url
    })
    const link = jsonIn(answer)
    const id = String(link["connected_account_id"])
    assert.strictEqual(answer.status, 201)
    assert.strictEqual(accountIn(yield* get(id)).status, "INITIATED")
    const path = new URL(String(link["redirect_url"])).pathname
    const back = yield* ask({ path, headers: {} })
    assert.strictEqual(back.headers["location"], `${callback_url}&status=success&connected_account_id=${id}`)
    const account = accountIn(yield* get(id))
    assert.deepStrictEqual([account.status, account.toolkit.slug], ["ACTIVE", "slack"])
    assert.strictEqual((yield* ask({ path, headers: {} })).status, 404)
  })
)

it.effect(
  "A link is of the toolkit of its auth config, for the user it was made for, and of none that is not there",
  () =>
    Effect.gen(function* () {
      const { ask, get, post } = yield* start({ authConfigs: { ac_7: "googlesuper" } })
      const link = (auth_config_id: string) =>
        post(`${api}/connected_accounts/link`, { auth_config_id, user_id: "tenant-1", alias: "mine" })
      for (const [authConfig, toolkit] of [
        ["ac_7", "googlesuper"],
        ["ac_slack", "slack"]
      ] as const) {
        const account = jsonIn(yield* get(String(jsonIn(yield* link(authConfig))["connected_account_id"])))
        assert.deepInclude(account, { user_id: "tenant-1", alias: "mine", toolkit: { slug: toolkit } })
        assert.deepInclude(account["auth_config"], { id: authConfig })
        assert.deepInclude(jsonIn(yield* ask({ path: `${api}/auth_configs/${authConfig}` })), { id: authConfig })
      }
      assert.strictEqual((yield* link("constructor")).status, 404)
      assert.strictEqual((yield* ask({ path: `${api}/auth_configs/other` })).status, 404)
    })
)

it.effect("A consent is of the person who gives it, and a second one of another account of the same person", () =>
  Effect.gen(function* () {
    const { ask, get, post } = yield* start()
    const consent = Effect.fnUntraced(function* (as: string) {
      const body = jsonIn(yield* post(`${api}/connected_accounts/link`, { auth_config_id: "ac_google", user_id: "u" }))
      yield* ask({ path: `${new URL(String(body["redirect_url"])).pathname}?as=${as}`, headers: {} })
      const id = String(body["connected_account_id"])
      return { id, token: tokenIn(yield* get(id)) }
    })
    const [first, second] = [yield* consent("ada"), yield* consent("ada")]
    assert.notStrictEqual(first.id, second.id)
    for (const { id, token } of [first, second]) assert.match(token, new RegExp(`^simulated-google-${id}~ada-1-`))
  })
)

it.effect("A consent may fail, come back in the name of another account, be late, or be retired", () =>
  Effect.gen(function* () {
    const { ask, get, post, simulator } = yield* start()
    const link = Effect.gen(function* () {
      const callback_url = "https://broker.example/callback"
      const body = jsonIn(
        yield* post(`${api}/connected_accounts/link`, { auth_config_id: "ac_x", user_id: "u", callback_url })
      )
      return { id: String(body["connected_account_id"]), path: new URL(String(body["redirect_url"])).pathname }
    })
    const refused = yield* link
    const failed = yield* ask({ path: `${refused.path}?outcome=failed`, headers: {} })
    assert.include(failed.headers["location"], "status=failed")
    assert.strictEqual(accountIn(yield* get(refused.id)).status, "FAILED")

    const claimed = yield* link
    const claim = yield* ask({ path: `${claimed.path}?claim=ca_1`, headers: {} })
    assert.include(claim.headers["location"], "status=success&connected_account_id=ca_1")
    assert.strictEqual(accountIn(yield* get(claimed.id)).status, "INITIATED")

    const late = yield* link
    yield* TestClock.adjust("10 minutes")
    assert.strictEqual((yield* ask({ path: late.path, headers: {} })).status, 404)
    assert.strictEqual(accountIn(yield* get(late.id)).status, "EXPIRED")

    yield* simulator.addFaults(named("link retired"))
    const retired = yield* post(`${api}/connected_accounts/link`, { auth_config_id: "ac_x", user_id: "u" })
    assert.strictEqual(retired.status, 400)
    assert.deepInclude(jsonIn(retired)["error"], { code: 600, slug: "ConnectedAccount_BadRequest" })
  })
)

it.effect("Disabled, revoked and deleted accounts are what they were made", () =>
  Effect.gen(function* () {
    const { ask, get, post, simulator } = yield* start()
    const token = tokenIn(yield* get())
    const enable = (enabled: boolean) => ask({ path: `${one("ca_1")}/status`, method: "PATCH", body: { enabled } })
    yield* enable(false)
    assert.strictEqual(accountIn(yield* get()).status, "INACTIVE")
    yield* enable(true)
    assert.strictEqual(tokenIn(yield* get()), token)
    assert.deepInclude(jsonIn(yield* post(`${one("ca_1")}/revoke`)), {
      revoked_tokens: ["access_token", "refresh_token"]
    })
    assert.deepInclude(jsonIn(yield* post(`${one("ca_1")}/revoke`)), { revoked_tokens: [] })
    assert.isFalse((yield* simulator.validity(token)).valid)
    yield* simulator.reconnect("ca_1")
    assert.notStrictEqual(tokenIn(yield* get()), token)
    yield* ask({ path: one("ca_1"), method: "DELETE" })
    assert.strictEqual((yield* get()).status, 404)
  })
)

it.effect("A list is filtered, and paged to its end", () =>
  Effect.gen(function* () {
    const names = Array.from({ length: 5 }, (_, index) => `ca_${index}`)
    const { ask } = yield* start({
      accounts: {
        ...Object.fromEntries(names.map((id) => [id, { toolkit: "slack", userId: id }])),
        ca_dead: { toolkit: "slack", status: "EXPIRED" },
        ca_else: {}
      }
    })
    const found: Array<string> = []
    const filter = "toolkit_slugs[]=slack&statuses[]=ACTIVE&limit=2"
    let cursor = ""
    do {
      const page = jsonIn(yield* ask({ path: `${api}/connected_accounts?${filter}${cursor}` }))
      const text = JSON.stringify(page["items"])
      assert.notInclude(text, '"params"')
      found.push(...[...text.matchAll(/"id":"(ca_[^"]+)"/g)].map(([, id = ""]) => id))
      assert.strictEqual(page["total_items"], 5)
      cursor = page["next_cursor"] === null ? "" : `&cursor=${encodeURIComponent(String(page["next_cursor"]))}`
    } while (cursor !== "")
    assert.deepStrictEqual(found, names)
    const byUser = jsonIn(yield* ask({ path: `${api}/connected_accounts?user_ids[]=ca_3` }))
    assert.strictEqual(byUser["total_items"], 1)
  })
)

it.effect("Through the proxy a dead token is a 401 inside a 200", () =>
  Effect.gen(function* () {
    const { post, simulator } = yield* start()
    const proxy = (body: object) => post(`${api}/tools/execute/proxy`, { method: "GET", endpoint: "/me", ...body })
    const mine = { connected_account_id: "ca_1" }
    assert.deepInclude(jsonIn(yield* proxy(mine)), { status: 200 })
    yield* simulator.patchAccount("ca_1", { renews: false })
    yield* simulator.expire("ca_1")
    const dead = yield* proxy(mine)
    assert.strictEqual(dead.status, 200)
    assert.deepInclude(jsonIn(dead), { status: 401 })
    assert.strictEqual((yield* proxy({})).status, 400)
    assert.strictEqual((yield* proxy({ ...mine, endpoint: "https://elsewhere.example/x" })).status, 400)
    yield* simulator.patchAccount("ca_1", { status: "EXPIRED" })
    assert.strictEqual((yield* proxy(mine)).status, 422)
  })
)

it.effect("The provider takes a token that is valid, and no other", () =>
  Effect.gen(function* () {
    const { ask, get } = yield* start()
    const token = tokenIn(yield* get())
    const use = (token: string) => ask({ path: "/_provider/me", headers: { authorization: `Bearer ${token}` } })
    assert.deepStrictEqual(jsonIn(yield* use(token)), { accounts: ["ca_1"] })
    assert.strictEqual((yield* use(`${token}x`)).status, 401)
    yield* TestClock.adjust("1 hour")
    assert.strictEqual((yield* use(token)).status, 401)
  })
)

it.effect("A webhook is signed over its id, time and body, or wrongly where that is asked for", () =>
  Effect.gen(function* () {
    yield* TestClock.setTime(1_800_000_000_000)
    const { simulator } = yield* start()
    const secret = (yield* simulator.settings).webhookSecret
    const signed = Effect.fnUntraced(function* (signature: "good" | "two-good-last" | "wrong-secret" | "other-body") {
      const { body, headers } = yield* simulator.webhook({ account: "ca_1", signature, ageSeconds: 400 })
      assert.strictEqual(headers["webhook-timestamp"], "1799999600")
      const over = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`
      const right = `v1,${createHmac("sha256", secret).update(over).digest("base64")}`
      return (headers["webhook-signature"] ?? "").split(" ").map((each) => each === right)
    })
    assert.deepStrictEqual(yield* signed("good"), [true])
    assert.deepStrictEqual(yield* signed("two-good-last"), [false, true])
    assert.deepStrictEqual(yield* signed("wrong-secret"), [false])
    assert.deepStrictEqual(yield* signed("other-body"), [false])
    const { body } = yield* simulator.webhook({ account: "ca_1", id: "msg_1" })
    const event = jsonIn({ status: 200, headers: {}, text: body })
    assert.deepInclude(event, { id: "msg_1", type: "composio.connected_account.expired" })
    assert.deepInclude(event["data"], { id: "ca_1", status: "EXPIRED" })
  })
)
