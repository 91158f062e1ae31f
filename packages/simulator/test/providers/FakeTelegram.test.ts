import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { createServer } from "node:http"
import { jsonOf, start, until } from "./asking.ts"

const token = "10:secret-of-the-bot"

const withBot = Effect.gen(function* () {
  const started = yield* start()
  yield* started.control.putBot({ id: "10", token })
  const call = (method: string, of = token) =>
    started.ask({ path: `/api.telegram.org/bot${of}/${method}`, headers: {} })
  const polling = (seconds: number) => Effect.forkChild(call(`getUpdates?timeout=${seconds}`))
  const waiting = until(started.control.pollers("10"), ({ now }) => now === 1)
  return { ...started, call, polling, waiting }
})

const refusal = (error_code: number, description: string) => ({ ok: false, error_code, description })
const conflict = refusal(
  409,
  "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)

it.effect("A token names its bot; another token, another form or another method is refused in Telegram's words", () =>
  Effect.gen(function* () {
    const { ask, call } = yield* withBot
    const me = yield* call("getMe")
    assert.deepInclude(jsonOf(me), { ok: true })
    assert.include(me.text, '"username":"simulated_10_bot"')
    assert.include((yield* call("GETME")).text, '"id":10')
    for (const wrong of ["10:another", "11:secret-of-the-bot"]) {
      const answer = yield* call("getMe", wrong)
      assert.deepStrictEqual([answer.status, jsonOf(answer)], [401, refusal(401, "Unauthorized")])
    }
    for (const answer of [yield* call("getMe", "10"), yield* call("getMe", ""), yield* call("getYou")]) {
      assert.deepStrictEqual([answer.status, jsonOf(answer)], [404, refusal(404, "Not Found")])
    }
    assert.strictEqual((yield* ask({ path: "/api.telegram.org/", headers: {} })).status, 404)
    assert.strictEqual((yield* ask({ path: "/api.nobody.example/bot", headers: {} })).status, 404)
  })
)

it.effect("On demand the first token of an id makes a bot, and no other token is its own", () =>
  Effect.gen(function* () {
    const { call, simulator } = yield* withBot
    assert.strictEqual((yield* call("getMe", "77:first")).status, 401)
    yield* simulator.patchSettings({ botsOnDemand: true })
    assert.include((yield* call("getMe", "77:first")).text, '"username":"simulated_77_bot"')
    assert.strictEqual((yield* call("getMe", "77:second")).status, 401)
    assert.strictEqual((yield* call("getMe", "78:refused")).status, 401)
  })
)

it.effect("A second poller ends the first, and the ledger shows how many there were at once", () =>
  Effect.gen(function* () {
    const { call, control, polling, waiting } = yield* withBot
    const first = yield* polling(50)
    yield* waiting
    const second = yield* polling(50)
    const ended = yield* Fiber.join(first)
    assert.deepStrictEqual([ended.status, jsonOf(ended)], [409, conflict])
    assert.deepStrictEqual(yield* control.pollers("10"), { now: 1, most: 2, conflicts: 1, polls: 2 })
    // One that would not have waited is another consumer as well.
    assert.strictEqual((yield* call("getUpdates")).status, 200)
    assert.deepStrictEqual(jsonOf(yield* Fiber.join(second)), conflict)
    assert.deepStrictEqual(yield* control.pollers("10"), { now: 0, most: 2, conflicts: 2, polls: 3 })
    const statuses = (yield* control.calls({ route: "telegram.getUpdates", account: "10" })).map(({ status }) => status)
    assert.deepStrictEqual(statuses, [409, 409, 200])
  })
)

it.effect("A poller that ends, or goes away, is in nobody's way", () =>
  Effect.gen(function* () {
    const { control, polling, waiting } = yield* withBot
    const first = yield* polling(30)
    yield* waiting
    yield* TestClock.adjust("29 seconds")
    assert.isUndefined(first.pollUnsafe())
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(jsonOf(yield* Fiber.join(first)), { ok: true, result: [] })

    const gone = yield* polling(50)
    yield* waiting
    yield* Fiber.interrupt(gone)
    yield* until(control.pollers("10"), ({ now }) => now === 0)
    yield* polling(50)
    yield* waiting
    assert.deepStrictEqual(yield* control.pollers("10"), { now: 1, most: 1, conflicts: 0, polls: 3 })
    const outcomes = (yield* control.calls({ route: "telegram.getUpdates" })).map(({ outcome }) => outcome)
    assert.deepStrictEqual(outcomes, ["answered", "abandoned", "pending"])
  })
)

it.effect("A message reaches who polls, and comes again until it is confirmed", () =>
  Effect.gen(function* () {
    const { call, control, polling, waiting } = yield* withBot
    const texts = (answer: { readonly text: string }) =>
      [...answer.text.matchAll(/"text":"(\w+)"/g)].map(([, text]) => text)
    const poller = yield* polling(50)
    yield* waiting
    assert.deepStrictEqual(yield* control.deliver({ bot: "10", text: "one" }), { updateId: 1, webhookStatus: null })
    assert.deepStrictEqual(texts(yield* Fiber.join(poller)), ["one"])
    yield* control.deliver({ bot: "10", text: "two", chat: "-5" })
    yield* control.deliver({ bot: "10", text: "three" })
    assert.deepStrictEqual(texts(yield* call("getUpdates?timeout=50")), ["one", "two", "three"])
    assert.deepStrictEqual(texts(yield* call("getUpdates?limit=1&offset=2")), ["two"])
    assert.include((yield* call("getUpdates")).text, '"chat":{"id":-5,')
    assert.deepStrictEqual(texts(yield* call("getUpdates?offset=-1")), ["three"])
    assert.deepStrictEqual(texts(yield* call("getUpdates?offset=4")), [])
    assert.strictEqual((yield* control.pollers("10")).conflicts, 0)
  })
)

it.effect("What a bot says is kept, and what it can not say is refused", () =>
  Effect.gen(function* () {
    const { ask, call, control } = yield* withBot
    const path = `/api.telegram.org/bot${token}/sendMessage`
    yield* ask({ path, method: "POST", headers: {}, body: { chat_id: 1, text: "from JSON" } })
    assert.strictEqual((yield* call("sendMessage?chat_id=-5&text=from%20a%20query")).status, 200)
    for (const [query, description] of [
      ["text=x", "Bad Request: chat_id is empty"],
      ["chat_id=1", "Bad Request: message text is empty"],
      [`chat_id=1&text=${"x".repeat(4097)}`, "Bad Request: message is too long"]
    ] as const) {
      assert.deepStrictEqual(jsonOf(yield* call(`sendMessage?${query}`)), refusal(400, description))
    }
    assert.deepStrictEqual(
      (yield* control.sent("10")).map(({ chat, messageId, text }) => [messageId, chat, text]),
      [
        [1, "1", "from JSON"],
        [2, "-5", "from a query"]
      ]
    )
  })
)

it.effect("While a webhook is set nobody polls, and what is written goes there with its secret", () =>
  Effect.gen(function* () {
    const received: Array<string> = []
    const server = yield* NodeHttpServer.make(createServer, { port: 0 })
    yield* server.serve(
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        received.push(`${request.headers["x-telegram-bot-api-secret-token"]} ${yield* request.text}`)
        return HttpServerResponse.empty({ status: 202 })
      })
    )
    const url = HttpServer.formatAddress(server.address).replace("0.0.0.0", "127.0.0.1")
    const { call, control, polling, waiting } = yield* withBot
    const poller = yield* polling(50)
    yield* waiting
    yield* call(`setWebhook?secret_token=s-1&url=${encodeURIComponent(url)}`)
    assert.include((yield* Fiber.join(poller)).text, "Conflict: terminated by setWebhook request")
    const refused = yield* call("getUpdates?timeout=50")
    assert.strictEqual(refused.status, 409)
    assert.include(refused.text, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
    assert.deepInclude(yield* control.deliver({ bot: "10", text: "pushed" }), { webhookStatus: 202 })
    assert.match(received.join(), /^s-1 \{"update_id":1,.*"text":"pushed"/)
    assert.strictEqual((yield* control.bot("10")).webhook, url)

    assert.include((yield* call("deleteWebhook")).text, '"Webhook was deleted"')
    assert.include((yield* call("deleteWebhook")).text, '"Webhook is already deleted"')
    assert.deepStrictEqual(jsonOf(yield* call("getUpdates")), { ok: true, result: [] })
    assert.include((yield* call("setWebhook?url=nowhere")).text, "bad webhook")
    assert.include((yield* call("getWebhookInfo")).text, '"url":""')
  }).pipe(Effect.scoped, Effect.catchTag("ServeError", Effect.die))
)

it.effect("A re-issued token is of the same bot, and the one before of none", () =>
  Effect.gen(function* () {
    const { call, control } = yield* withBot
    const next = yield* control.reissueToken("10")
    assert.match(next, /^10:/)
    assert.strictEqual((yield* call("getMe")).status, 401)
    assert.include((yield* call("getMe", next)).text, '"id":10')
    assert.strictEqual((yield* control.bot("10")).token, next)
  })
)

it.effect("The ledger names the bot of a call, and no token", () =>
  Effect.gen(function* () {
    const { call, control } = yield* withBot
    yield* call("getMe")
    yield* call("getMe", "10:secret-of-nobody")
    yield* call("getMe", "no-form-secret")
    const calls = yield* control.calls()
    assert.deepStrictEqual(
      calls.map(({ account, key, path, route, status }) => [route, account, key, path, status]),
      [
        ["telegram.getMe", "10", "right", "/api.telegram.org/bot10/getMe", 200],
        ["telegram.getMe", "10", "wrong", "/api.telegram.org/bot10/getMe", 401],
        ["telegram.getMe", null, "wrong", "/api.telegram.org/bot/getMe", 404]
      ]
    )
    assert.notInclude(JSON.stringify(calls), "secret")
  })
)
