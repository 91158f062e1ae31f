import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { Composio, connectAccount, layer as composioLayer } from "./fixtures/composio.ts"
import { connectAndBind, makeTenant, managed, Service, vend } from "./fixtures/service.ts"
import { message, one } from "./fixtures/wire.ts"
import { administer, askedSince, lastAsked } from "./edges/administer.ts"
import { isRow } from "./edges/row.ts"

const fingerprintOf = (token: string) => createHash("sha256").update(token).digest("hex")
const nobodys = fingerprintOf("nobody's")

interface Reporting {
  readonly bearer?: string
  readonly headers?: Record<string, string>
}

const send = Effect.fnUntraced(function* (slug: string, body: string, { bearer, headers }: Reporting) {
  const { port } = yield* Service
  return yield* one(
    port,
    message({
      method: "POST",
      path: `/credentials/${slug}/refused`,
      ...(bearer === undefined ? {} : { bearer }),
      body,
      headers: { "Content-Type": "application/json", ...headers }
    })
  )
})

const report = (
  slug: string,
  bearer: string,
  fingerprint: string,
  status = 401,
  headers: Record<string, string> = {}
) => send(slug, JSON.stringify({ fingerprint, status }), { bearer, headers })

const verdictOf = Effect.fnUntraced(function* (asked: ReturnType<typeof report>) {
  const { body, headers, status } = yield* asked
  assert.strictEqual(status, 200, body)
  assert.strictEqual(headers["cache-control"], "no-store")
  return body
})
const replaced = '{"verdict":"replaced"}'
const unchanged = '{"verdict":"unchanged"}'

const tokenOf = Effect.fnUntraced(function* (slug: string, key: string) {
  const { body } = yield* vend(slug, key)
  const { access_token }: { readonly access_token: string } = JSON.parse(body)
  return access_token
})

/** As if the token had been taken from the upstream a minute ago, and nobody had complained since. */
const aged = (connection: string) =>
  administer(
    `UPDATE broker.connections SET token_taken_at = token_taken_at - interval '1 minute' WHERE id = '${connection}'`
  )

layer(composioLayer(), { excludeTestServices: true })("A token the provider refused", (it) => {
  it.effect("is replaced where the upstream has another one, and the report of the old one says so from then on", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      const { account, connection } = yield* connectAccount(tenant, "google")
      const composio = yield* Composio
      const before = yield* tokenOf("google", tenant.key)
      yield* aged(connection)
      // The upstream gives the same one: nothing to be gained by asking again.
      assert.strictEqual(yield* verdictOf(report("google", tenant.key, fingerprintOf(before))), unchanged)

      yield* composio.rotate(account)
      yield* aged(connection)
      const mark = yield* composio.mark
      assert.strictEqual(yield* verdictOf(report("google", tenant.key, fingerprintOf(before))), replaced)
      const after = yield* tokenOf("google", tenant.key)
      assert.notStrictEqual(after, before)
      assert.strictEqual((yield* composio.validity(after)).valid, true)
      assert.strictEqual(yield* verdictOf(report("google", tenant.key, fingerprintOf(before))), replaced)
      assert.deepStrictEqual(yield* composio.credentialCalls(mark), { [account]: 1 })
    })
  )

  it.effect("is the same one where it is just fetched, forbidden and not expired, or was pasted", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      const { connection } = yield* connectAccount(tenant, "google")
      yield* connectAndBind(tenant, "notion", { credential: "notion_unsaid", profile: "byok_static" })
      const composio = yield* Composio
      const token = yield* tokenOf("google", tenant.key)
      const mark = yield* composio.mark
      assert.strictEqual(yield* verdictOf(report("google", tenant.key, fingerprintOf(token))), unchanged)
      yield* aged(connection)
      assert.strictEqual(yield* verdictOf(report("google", tenant.key, fingerprintOf(token), 403)), unchanged)
      assert.strictEqual(yield* verdictOf(report("notion", tenant.key, fingerprintOf("notion_unsaid"))), unchanged)
      assert.deepStrictEqual(yield* composio.credentialCalls(mark), {})
    })
  )

  it.effect("is told apart by its fingerprint and status alone; anything else in the body is refused unrepeated", () =>
    Effect.gen(function* () {
      const { key: bearer } = yield* makeTenant
      const fingerprint = nobodys
      const bodies: ReadonlyArray<readonly [body: string, field: string]> = [
        ["", "body"],
        ["hunter2", "body"],
        ['{"fingerprint":"hunter2', "body"],
        ["[]", "body"],
        ["null", "body"],
        ['"hunter2"', "body"],
        ["{}", "fingerprint"],
        [JSON.stringify({ fingerprint }), "status"],
        [JSON.stringify({ status: 401 }), "fingerprint"],
        [JSON.stringify({ fingerprint: `hunter2${fingerprint.slice(7)}`, status: 401 }), "fingerprint"],
        [JSON.stringify({ fingerprint: fingerprint.toUpperCase(), status: 401 }), "fingerprint"],
        [JSON.stringify({ fingerprint: fingerprint.slice(1), status: 401 }), "fingerprint"],
        [JSON.stringify({ fingerprint: `${fingerprint}\n`, status: 401 }), "fingerprint"],
        [JSON.stringify({ fingerprint: [fingerprint], status: 401 }), "fingerprint"],
        [JSON.stringify({ fingerprint, status: "401" }), "status"],
        [JSON.stringify({ fingerprint, status: 200 }), "status"],
        [JSON.stringify({ fingerprint, status: 402 }), "status"],
        [JSON.stringify({ fingerprint, status: null }), "status"],
        [JSON.stringify({ fingerprint, status: 401, token: "hunter2" }), "token"],
        [JSON.stringify({ fingerprint, status: 401, [bearer]: 1 }), "body"]
      ]
      for (const [body, field] of bodies) {
        const answer = yield* send("google", body, { bearer })
        isRow(answer, "validation_failed", { field })
        for (const secret of ["hunter2", bearer, fingerprint.slice(7)]) assert.notInclude(answer.body, secret)
      }
      const good = JSON.stringify({ fingerprint, status: 401 })
      for (const type of ["", "text/plain", "application/jsonp", "text/json, application/json"]) {
        const answer = yield* send("google", good, { bearer, headers: { "Content-Type": type } })
        isRow(answer, "validation_failed", { field: "content-type" })
      }
      isRow(
        yield* send("google", good, { bearer, headers: { "Content-Type": "Application/JSON; charset=utf-8" } }),
        "binding_missing"
      )
      isRow(yield* send("google", good.padEnd(1024), { bearer }), "binding_missing")
      isRow(yield* send("google", good.padEnd(1025), { bearer }), "too_large", { status: 413 })
    })
  )

  it.effect("is reported under one path, spelled as it is", () =>
    Effect.gen(function* () {
      const { port } = yield* Service
      const { key: bearer } = yield* makeTenant
      const asking = (method: string, path: string) => one(port, message({ method, path, bearer }))
      for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
        isRow(yield* asking(method, "/credentials/google/refused"), "method_not_allowed", { allow: "POST" })
      }
      for (const path of ["google/refused/", "google/refused;x", "google/x/refused", "/refused", "google/Refused"]) {
        isRow(yield* asking("POST", `/credentials/${path}`), "not_found")
      }
      isRow(yield* asking("POST", "/credentials/google%2Frefused"), "method_not_allowed", { allow: "GET" })
      for (const slug of ["not.ion", "n%00", "a".repeat(64), bearer, bearer.toUpperCase()]) {
        const answer = yield* report(slug, bearer, nobodys)
        isRow(answer, "validation_failed", { field: "slug" })
        assert.notInclude(answer.body.toLowerCase(), bearer.toLowerCase())
      }
      isRow(yield* asking("POST", `/credentials/google/refused?token=x`), "validation_failed", { field: "query" })
    })
  )

  it.effect("is refused like a vend: key, user, provider, binding, connection, in this order", () =>
    Effect.gen(function* () {
      const { adminToken } = yield* Service
      const tenant = yield* makeTenant
      yield* connectAccount(tenant, "google")
      const slack = yield* connectAndBind(tenant, "slack", { credential: "slack_unsaid", profile: "byok_static" })
      yield* managed("POST", `${tenant.base}/connections/${slack}/revoke`)
      const nobody = { "X-Vendo-User-JWT": "a.b.c" }

      const before = yield* lastAsked
      isRow(yield* send("google", "{}", { bearer: "hunter2" }), "validation_failed")
      isRow(yield* send("google", JSON.stringify({ fingerprint: nobodys, status: 401 }), {}), "app_unknown", {
        sent: false
      })
      isRow(yield* report("google", adminToken, nobodys, 401, nobody), "app_unknown")
      assert.deepStrictEqual(yield* askedSince(before), [])

      isRow(yield* report("nosuch", tenant.key, nobodys, 401, nobody), "identity_invalid")
      isRow(yield* report("nosuch", tenant.key, nobodys), "provider_unknown")
      isRow(yield* report("gmail", tenant.key, nobodys), "binding_missing")
      isRow(yield* report("slack", tenant.key, nobodys), "connection_revoked")
      const other = { "X-Vendo-Connection": crypto.randomUUID() }
      isRow(yield* report("google", tenant.key, nobodys, 401, other), "binding_missing")
      const no = { "X-Vendo-Connection": "no-id" }
      isRow(yield* report("google", tenant.key, nobodys, 401, no), "validation_failed", { field: "x-vendo-connection" })
      yield* managed("DELETE", `${tenant.base}/keys/${tenant.keyId}`)
      isRow(yield* report("google", tenant.key, nobodys, 401, nobody), "app_revoked")
    })
  )

  it.effect("is heard a few times a minute for each key: after the key, before the user, and vends go on", () =>
    Effect.gen(function* () {
      const tenant = yield* makeTenant
      const other = yield* makeTenant
      yield* connectAccount(tenant, "google")
      for (let i = 0; i < 10; i++) isRow(yield* report("gmail", tenant.key, nobodys), "binding_missing")
      const limited = yield* report("google", tenant.key, nobodys, 401, { "X-Vendo-User-JWT": "a.b.c" })
      isRow(limited, "rate_limited")
      assert.match(limited.headers["retry-after"] ?? "", /^(?:[1-9]|[1-5]\d|60)$/)
      isRow(yield* report("nosuch", tenant.key, nobodys), "rate_limited")
      isRow(yield* report("gmail", other.key, nobodys), "binding_missing")
      assert.strictEqual((yield* vend("google", tenant.key)).status, 200)
      yield* managed("DELETE", `${tenant.base}/keys/${tenant.keyId}`)
      isRow(yield* report("google", tenant.key, nobodys), "app_revoked")
    })
  )

  it.effect("leaves neither itself nor a key in the log", () =>
    Effect.gen(function* () {
      const { server } = yield* Service
      assert.notMatch(server.output(), /simulated-google|vendo_[sa]|hunter2/)
      assert.notMatch(server.output(), /ERROR|defect/)
    })
  )
})
