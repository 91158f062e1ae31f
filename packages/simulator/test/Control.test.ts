import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { FetchHttpClient, type HttpClientError, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { TestClock } from "effect/testing"
import { createServer } from "node:http"
import * as Control from "@vendodev/simulator/Control"
import type { Controls } from "@vendodev/simulator/Controls"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import { named } from "@vendodev/simulator/faults"
import { listen } from "@vendodev/simulator/listen"
import { apiKey, asking, one, tokenIn } from "./asking.ts"

/** The same questions to the controls here and over HTTP. */
const both = (
  name: string,
  test: (controls: Controls, ask: ReturnType<typeof asking>) => Effect.Effect<void, HttpClientError.HttpClientError>
) =>
  it.effect.each(["in the process", "over HTTP"] as const)(`${name}, %s`, (where) =>
    Effect.gen(function* () {
      const simulator = yield* FakeComposio.make()
      const { baseUrl } = yield* listen(simulator)
      const controls = where === "over HTTP" ? Control.make(baseUrl) : simulator
      yield* test(controls, asking(baseUrl, FetchHttpClient.layer))
    })
  )

both("The ledger counts the calls for a credential since a mark, by account", (controls, ask) =>
  Effect.gen(function* () {
    yield* controls.putAccount("ca_1")
    yield* controls.putAccount("ca_2", { toolkit: "slack" })
    yield* ask({ path: one("ca_1") })
    const mark = yield* controls.mark
    const get = Effect.forEach(["ca_1", "ca_2", "ca_2", "ca_none"], (id) => ask({ path: one(id) }))
    yield* get
    yield* ask({ path: "/api/v3.1/connected_accounts" })
    assert.deepStrictEqual(yield* controls.credentialCalls(mark), { ca_1: 1, ca_2: 2, ca_none: 1 })
    assert.deepStrictEqual(yield* controls.credentialCalls(), { ca_1: 2, ca_2: 2, ca_none: 1 })
    assert.deepStrictEqual(
      (yield* controls.calls({ account: "ca_2" })).map(({ path }) => path),
      [one("ca_2"), one("ca_2")]
    )
    yield* controls.clearCalls
    assert.deepStrictEqual(yield* controls.credentialCalls(), {})
    assert.strictEqual(yield* controls.mark, 6)
    yield* get
    assert.strictEqual((yield* controls.calls({ since: 8 })).length, 2)
  })
)

both("A call is in the ledger with its order and its end, and without its secrets", (controls, ask) =>
  Effect.gen(function* () {
    yield* controls.putAccount("ca_1")
    const secrets = { "x-api-key": apiKey, authorization: "Bearer hidden-1", cookie: "hidden-2" }
    yield* ask({ path: `${one("ca_1")}?a=b`, headers: { ...secrets, "x-request-id": "shown" } })
    yield* ask({ path: one("ca_1"), headers: { "x-api-key": "wrong" } })
    const [first, second] = yield* controls.calls()
    assert.deepInclude(first, {
      seq: 1,
      method: "GET",
      path: one("ca_1"),
      query: "?a=b",
      route: "account",
      account: "ca_1",
      key: "right",
      fault: null,
      outcome: "answered",
      status: 200
    })
    assert.deepInclude(second, { seq: 2, key: "wrong", status: 401 })
    assert.strictEqual(first?.headers["x-request-id"], "shown")
    const whole = JSON.stringify([first, second])
    for (const secret of [apiKey, "hidden-1", "hidden-2"]) assert.notInclude(whole, secret)
  })
)

both("Every token that was ever answered is in the ledger, with its true end", (controls, ask) =>
  Effect.gen(function* () {
    yield* controls.putAccount("ca_1")
    const seen = new Set<string>()
    for (const pause of ["0 seconds", "30 minutes", "1 hour", "2 days"] as const) {
      yield* TestClock.adjust(pause)
      seen.add(tokenIn(yield* ask({ path: one("ca_1") })))
      seen.add(yield* controls.rotate("ca_1"))
    }
    const issued = yield* controls.tokens("ca_1")
    for (const token of seen) {
      const found = issued.find((each) => each.token === token)
      assert.strictEqual(found?.expiresAt, (found?.issuedAt ?? 0) + 3_600_000)
      const { accounts, known } = yield* controls.validity(token)
      assert.deepStrictEqual([known, accounts], [true, ["ca_1"]])
    }
    assert.deepStrictEqual(yield* controls.tokens("ca_none"), [])
    assert.isFalse((yield* controls.validity("made up")).known)
  })
)

both("Accounts, faults and settings change from one call to the next", (controls, ask) =>
  Effect.gen(function* () {
    yield* controls.putAccount("ca_1")
    const get = ask({ path: one("ca_1") })
    const token = tokenIn(yield* get)
    yield* controls.addFaults(named("unavailable", { times: 1 }), named("forbidden", { account: "ca_2" }))
    assert.strictEqual((yield* controls.faults).length, 2)
    assert.strictEqual((yield* get).status, 503)
    assert.strictEqual((yield* controls.faults).length, 1)
    yield* controls.clearFaults
    yield* controls.patchSettings({ apiKey: "another" })
    assert.strictEqual((yield* get).status, 401)
    assert.strictEqual((yield* controls.settings).apiKey, "another")
    yield* controls.patchSettings({ apiKey })
    yield* controls.patchAccount("ca_1", { status: "EXPIRED" })
    assert.include((yield* get).text, '"status":"EXPIRED"')
    yield* controls.reconnect("ca_1")
    const again = tokenIn(yield* get)
    assert.notStrictEqual(again, token)
    yield* controls.expire("ca_1")
    assert.notStrictEqual(tokenIn(yield* get), again)
    yield* controls.removeAccount("ca_1")
    assert.strictEqual((yield* get).status, 404)
    yield* TestClock.adjust("1 minute")
    assert.strictEqual(yield* controls.now, 60_000)
  })
)

both("A webhook arrives as it was made, as often as it is sent", (controls) =>
  Effect.gen(function* () {
    const received: Array<string> = []
    const server = yield* NodeHttpServer.make(createServer, { port: 0 })
    yield* server.serve(
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        received.push(`${request.headers["webhook-signature"]} ${yield* request.text}`)
        return HttpServerResponse.empty({ status: 202 })
      })
    )
    const url = HttpServer.formatAddress(server.address).replace("0.0.0.0", "127.0.0.1")
    yield* controls.putAccount("ca_1")
    const webhook = yield* controls.webhook({ account: "ca_1" })
    assert.strictEqual(yield* controls.sendWebhook(url, webhook), 202)
    assert.strictEqual(yield* controls.sendWebhook(url, webhook), 202)
    const sent = `${webhook.headers["webhook-signature"]} ${webhook.body}`
    assert.deepStrictEqual(received, [sent, sent])
  }).pipe(Effect.scoped, Effect.catchTag("ServeError", Effect.die))
)

it.effect("A control that does not exist, or is asked what it does not know, is a defect of the test", () =>
  Effect.gen(function* () {
    const simulator = yield* FakeComposio.make()
    const { baseUrl } = yield* listen(simulator)
    const ask = asking(baseUrl, FetchHttpClient.layer)
    const status = (path: string, body: unknown) =>
      Effect.map(ask({ path: `/_control/${path}`, method: "POST", body }), ({ status }) => status)
    assert.strictEqual(yield* status("nothing", {}), 404)
    assert.strictEqual(yield* status("constructor", {}), 404)
    assert.strictEqual(yield* status("putAccount", { id: "ca_1", settings: { tolkit: "notion" } }), 400)
    assert.strictEqual(yield* status("rotate", { id: "ca_none" }), 400)
    const exit = yield* Effect.exit(Control.make(baseUrl).rotate("ca_none"))
    assert.strictEqual(exit._tag, "Failure")
  })
)
