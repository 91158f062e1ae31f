import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { createHash } from "node:crypto"
import type { Options } from "@vendodev/simulator/FakeProviders"
import { tokenFault, tokenFaults } from "@vendodev/simulator/tokenFaults"
import { jsonIn } from "../asking.ts"
import { start } from "./asking.ts"

const redirect_uri = "https://broker.example/callback"
const client = { client_id: "simulated-client", client_secret: "simulated-client-secret" }
const basic = (secret = client.client_secret) => ({
  authorization: `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString("base64")}`
})
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

const verifier = "a-verifier-of-the-length-that-is-wanted-of-them"
const challenge = createHash("sha256").update(verifier).digest("base64url")

const servers = {
  notion: {
    authorize: "/api.notion.com/v1/oauth/authorize",
    token: "/api.notion.com/v1/oauth/token",
    revoke: "/api.notion.com/v1/oauth/revoke",
    asks: { owner: "user" },
    sends: {},
    headers: basic(),
    client: {}
  },
  strict: {
    authorize: "/oauth.example/authorize",
    token: "/oauth.example/token",
    revoke: "/oauth.example/revoke",
    asks: { scope: "read write", code_challenge: challenge, code_challenge_method: "S256" },
    sends: { code_verifier: verifier },
    headers: {},
    client
  }
} as const

const at = Effect.fnUntraced(function* (name: keyof typeof servers, options: Options = { consent: "allow" }) {
  const started = yield* start(options)
  const server = servers[name]
  const authorize = (more: Record<string, string> = {}) => {
    const query = {
      client_id: client.client_id,
      redirect_uri,
      response_type: "code",
      state: "s1",
      ...server.asks,
      ...more
    }
    return Effect.map(started.ask({ path: `${server.authorize}?${form(query)}`, headers: {} }), (answer) => ({
      ...answer,
      back: new URL(answer.headers["location"] ?? "about:blank").searchParams
    }))
  }
  const code = (more: Record<string, string> = {}) =>
    Effect.map(authorize(more), ({ back }) => back.get("code") ?? "there is none")
  const token = (code: string, more: Record<string, string> = {}, headers: Record<string, string> = server.headers) =>
    started.ask({
      path: server.token,
      method: "POST",
      headers,
      body: { grant_type: "authorization_code", code, redirect_uri, ...server.client, ...server.sends, ...more }
    })
  const me = (token: unknown) =>
    started.ask({
      path: "/api.notion.com/v1/users/me",
      headers: { authorization: `Bearer ${token}`, "notion-version": "2022-06-28" }
    })
  return { ...started, server, authorize, code, token, me }
})

it.effect("A consent leads from a page to a code, to a token and to whose it is, until it is revoked", () =>
  Effect.gen(function* () {
    const { ask, authorize, control, me, server, simulator, token } = yield* at("notion", {})
    const page = yield* authorize()
    assert.strictEqual(page.status, 200)
    const links = [...page.text.matchAll(/href="([^"]+)"/g)].map(([, href = ""]) => href.replaceAll("&#38;", "&"))
    assert.strictEqual(links.length, 3)
    const { headers } = yield* ask({ path: server.authorize + links[1], headers: {} })
    const back = new URL(headers["location"] ?? "")
    assert.strictEqual(back.origin + back.pathname, redirect_uri)
    assert.deepStrictEqual([...back.searchParams.keys()], ["code", "state"])
    assert.strictEqual(back.searchParams.get("state"), "s1")

    const answer = yield* token(back.searchParams.get("code") ?? "")
    assert.strictEqual(answer.status, 200, answer.text)
    const [, another] = (yield* simulator.settings).workspaces
    const given = jsonIn(answer)
    assert.deepInclude(given, {
      token_type: "bearer",
      workspace_id: another?.id,
      workspace_name: another?.name
    })
    assert.notProperty(given, "refresh_token")
    const { access_token } = given
    assert.include((yield* me(access_token)).text, `"workspace_name":"${another?.name}"`)
    const [issued] = yield* control.tokens(another?.id)
    assert.strictEqual(issued?.token, access_token)

    const revoke = { path: server.revoke, method: "POST", body: { token: access_token } } as const
    assert.strictEqual((yield* ask({ ...revoke, headers: basic("wrong") })).status, 401)
    assert.strictEqual((yield* me(access_token)).status, 200)
    assert.strictEqual((yield* ask({ ...revoke, headers: basic() })).status, 200)
    assert.strictEqual((yield* me(access_token)).status, 401)
    assert.isFalse((yield* control.validity(String(access_token))).valid)
  })
)

it.effect("A consent that is cancelled comes back as such; who is not known is not sent back at all", () =>
  Effect.gen(function* () {
    const { authorize, simulator } = yield* at("notion", { consent: "cancel", redirectUris: [redirect_uri] })
    const { back } = yield* authorize()
    assert.deepStrictEqual(
      [...back],
      [
        ["error", "access_denied"],
        ["state", "s1"]
      ]
    )
    yield* simulator.patchSettings({ consent: "allow" })
    for (const wrong of [{ client_id: "another" }, { redirect_uri: "https://evil.example" }, { owner: "workspace" }]) {
      const answer = yield* authorize(wrong)
      assert.deepStrictEqual([answer.status, answer.headers["location"]], [400, undefined])
    }
    assert.strictEqual((yield* authorize({ response_type: "token" })).back.get("error"), "unsupported_response_type")
  })
)

it.effect("A code is good once, for ten minutes, for its client and where it was sent", () =>
  Effect.gen(function* () {
    const { code, server, simulator, token } = yield* at("notion")
    const refused = Effect.fnUntraced(function* (asked: ReturnType<typeof token>, status: number, error: string) {
      const answer = yield* asked
      assert.deepStrictEqual([answer.status, jsonIn(answer)["error"]], [status, error])
    })
    const once = yield* code()
    yield* refused(token(once, {}, basic("wrong")), 401, "invalid_client")
    yield* refused(token(once, client, {}), 401, "invalid_client")
    yield* refused(token(once, { redirect_uri: `${redirect_uri}/` }), 400, "invalid_grant")
    yield* refused(token(once, { grant_type: "password" }), 400, "unsupported_grant_type")
    assert.strictEqual((yield* token(once)).status, 200)
    yield* refused(token(once), 400, "invalid_grant")
    yield* refused(token("made-up"), 400, "invalid_grant")

    const late = yield* code()
    yield* TestClock.adjust("10 minutes")
    yield* refused(token(late), 400, "invalid_grant")

    const anothers = yield* code()
    yield* simulator.patchSettings({ clientId: "another" })
    const headers = { authorization: `Basic ${btoa(`another:${client.client_secret}`)}` }
    yield* refused(token(anothers, {}, headers), 400, "invalid_grant")
    assert.strictEqual(server.token, servers.notion.token)
  })
)

it.effect("Where a challenge is wanted, a code needs its verifier and is no other server's", () =>
  Effect.gen(function* () {
    const { ask, authorize, code, token } = yield* at("strict")
    assert.strictEqual((yield* authorize({ code_challenge_method: "plain" })).back.get("error"), "invalid_request")
    const granted = yield* code()
    assert.strictEqual((yield* token(granted, { code_verifier: `${verifier}x` })).status, 400)
    assert.strictEqual((yield* token(granted, { client_secret: "wrong" })).status, 401)
    assert.strictEqual((yield* token(granted, { client_id: "", client_secret: "" }, basic())).status, 401)
    const elsewhere = yield* ask({
      path: servers.notion.token,
      method: "POST",
      headers: basic(),
      body: { grant_type: "authorization_code", code: granted, redirect_uri }
    })
    assert.strictEqual(elsewhere.status, 400)
    const answer = yield* token(granted)
    assert.deepInclude(jsonIn(answer), { token_type: "Bearer", expires_in: 3600, scope: "read write" })
    assert.property(jsonIn(answer), "refresh_token")
  })
)

it.effect("A browser that comes back says who sends it, or not, or lies", () =>
  Effect.gen(function* () {
    const { authorize, simulator } = yield* at("strict")
    const iss = Effect.map(authorize(), ({ back }) => back.get("iss"))
    assert.strictEqual(yield* iss, "https://oauth.example")
    yield* simulator.patchSettings({ iss: "absent" })
    assert.isNull(yield* iss)
    yield* simulator.patchSettings({ iss: "wrong" })
    assert.strictEqual(yield* iss, "https://attacker.example")
  })
)

it.effect("A form is as good as JSON, and a code is spent by whoever comes first", () =>
  Effect.gen(function* () {
    const { baseUrl, code, server, token } = yield* at("notion")
    const body = form({ grant_type: "authorization_code", code: yield* code(), redirect_uri })
    const headers = { ...basic(), "content-type": "application/x-www-form-urlencoded" }
    const post = Effect.promise(() => fetch(baseUrl + server.token, { method: "POST", headers, body }))
    assert.strictEqual((yield* post).status, 200)
    assert.strictEqual((yield* post).status, 400)
    const shared = yield* code()
    const both = yield* Effect.all([token(shared), token(shared)], { concurrency: 2 })
    assert.deepStrictEqual(both.map(({ status }) => status).toSorted(), [200, 400])
  })
)

it.effect("What is wrong with a token is wrong at the token endpoint only", () =>
  Effect.gen(function* () {
    const { authorize, code, control, token } = yield* at("strict")
    const struck = Effect.fnUntraced(function* (name: keyof typeof tokenFaults) {
      yield* control.clearFaults
      yield* control.addFaults(tokenFault("strict.token", name))
      assert.strictEqual((yield* authorize()).status, 302)
      return yield* token(yield* code())
    })
    for (const [name, expected] of [
      ["an error with status 200", { error: "invalid_grant" }],
      ["another token type", { token_type: "mac" }],
      ["expires_in 0", { expires_in: 0 }],
      ["expires_in -1", { expires_in: -1 }],
      ["expires_in as text", { expires_in: "3600" }],
      ["expires_in 1e20", { expires_in: 1e20 }],
      ["fewer scopes", { scope: "read" }],
      ["more scopes", { scope: "read write admin" }]
    ] as const) {
      const answer = yield* struck(name)
      assert.strictEqual(answer.status, 200)
      assert.deepInclude(jsonIn(answer), expected, name)
    }
    assert.notProperty(jsonIn(yield* struck("no access token")), "access_token")
    assert.notProperty(jsonIn(yield* struck("no refresh token")), "refresh_token")
    assert.match((yield* struck("a page with status 200")).text, /^<!doctype html>/)
    assert.strictEqual((yield* struck("a redirect")).headers["location"], "/_elsewhere/token")
    assert.deepStrictEqual(
      (yield* control.calls({ route: "strict.token" })).map(({ fault }) => fault).at(-1),
      "a redirect"
    )
  })
)

it.effect("The ledger holds neither a client's secret nor a token", () =>
  Effect.gen(function* () {
    const { code, control, me, token } = yield* at("notion")
    const { access_token } = jsonIn(yield* token(yield* code()))
    yield* me(access_token)
    const whole = JSON.stringify(yield* control.calls())
    assert.include(whole, '"route":"notion.me","account":"5f000000-0000-4000-8000-000000000001"')
    for (const secret of [client.client_secret, basic().authorization, String(access_token)]) {
      assert.notInclude(whole, secret)
    }
  })
)
