import { assert, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { FetchHttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { gunzipSync } from "node:zlib"
import type { BodyName, Fault } from "@vendodev/simulator/Fault"
import * as FakeComposio from "@vendodev/simulator/FakeComposio"
import { bodies, faultOf, faults, headers, named, redirectTo, statuses } from "@vendodev/simulator/faults"
import { unpackedBytes } from "@vendodev/simulator/gzipBomb"
import * as inProcess from "@vendodev/simulator/inProcess"
import { listen } from "@vendodev/simulator/listen"
import * as shapes from "@vendodev/simulator/shapes"
import { accountIn, asking, jsonIn, one, raw, tokenIn } from "./asking.ts"

const path = one("ca_1")

const start = Effect.gen(function* () {
  const simulator = yield* FakeComposio.make({ accounts: { ca_1: {} } })
  const { baseUrl, port } = yield* listen(simulator)
  const under = (fault: Fault) => Effect.andThen(simulator.clearFaults, simulator.addFaults(fault))
  /** The head and the body of the answer under a fault, byte by byte. */
  const struck = Effect.fnUntraced(function* (fault: Fault) {
    yield* under(fault)
    const { bytes, reset } = yield* raw(port, path)
    const end = bytes.indexOf("\r\n\r\n")
    return { head: bytes.subarray(0, Math.max(end, 0)).toString("latin1"), body: bytes.subarray(end + 4), reset, bytes }
  })
  return {
    simulator,
    baseUrl,
    under,
    struck,
    onSocket: asking(baseUrl, FetchHttpClient.layer),
    beside: asking(inProcess.baseUrl, inProcess.layer(simulator))
  }
})

it.live("Every status there is arrives", () =>
  Effect.gen(function* () {
    const { struck } = yield* start
    for (const status of statuses) {
      const { body, head } = yield* struck(faultOf(status, "other-json"))
      assert.include(head, `HTTP/1.1 ${status} `)
      assert.strictEqual(body.toString(), '{"hello":"world"}', String(status))
    }
  })
)

const expectedBody: Record<BodyName, (body: Buffer, truth: string) => boolean> = {
  valid: (body, truth) => body.toString() === truth,
  truncated: (body, truth) => truth.startsWith(body.toString()) && body.length === Math.floor(truth.length / 2),
  array: (body, truth) => body.toString() === `[${truth}]`,
  enveloped: (body, truth) => body.toString() === `{"data":${truth}}`,
  padded: (body, truth) => body.length > 300 * 1024 && tokenIn(asked(body)) === tokenIn(asked(truth)),
  bom: (body, truth) => body.equals(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(truth)])),
  nul: (body, truth) => body.toString() === truth.replace('"id":"', '"id":"\0'),
  "invalid-utf8": (body) => body.indexOf(Buffer.of(0xc3, 0x28)) > 0,
  empty: (body) => body.length === 0,
  error: (body) => "error" in jsonIn(asked(body)),
  "flat-429": (body) => "message" in jsonIn(asked(body)),
  html: (body) => body.toString().startsWith("<!doctype html>"),
  "other-json": (body) => body.toString() === '{"hello":"world"}',
  string: (body) => body.toString() === '"something went wrong"',
  null: (body) => body.toString() === "null",
  "gzip-bomb": (body) => body.length < 200_000 && gunzipSync(body).length === unpackedBytes
}

const asked = (text: string | Buffer) => ({ status: 200, headers: {}, text: text.toString() })

it.live("Every body there is arrives, with a success and with a failure", () =>
  Effect.gen(function* () {
    const { beside, struck } = yield* start
    const truth = (yield* beside({ path })).text
    for (const body of bodies) {
      for (const status of [200, 500]) {
        const answer = yield* struck(faultOf(status, body))
        assert.include(answer.head, `HTTP/1.1 ${status} `)
        assert.isTrue(expectedBody[body](answer.body, truth), `${status} ${body}`)
      }
    }
  })
)

const expectedHead: Record<keyof typeof headers, (head: string) => boolean> = {
  "no content type": (head) => !/content-type/i.test(head),
  "two content types": (head) => [...head.matchAll(/^content-type: /gim)].length === 2,
  "content type of a page": (head) => /^content-type: text\/html$/m.test(head),
  "content length too short": (head) => /^content-length: 9$/m.test(head),
  "content length too long": (head) => /^content-length: 10000000$/m.test(head),
  "a header of 20 kB": (head) => head.length > 20 * 1024,
  "no date": (head) => !/^date/im.test(head),
  "date garbage": (head) => /^date: yesterday$/m.test(head),
  "retry after 3 seconds": (head) => /^retry-after: 3$/m.test(head),
  "retry after 600 seconds": (head) => /^retry-after: 600$/m.test(head),
  "retry after a date": (head) => difference(head) === 30_000,
  "retry after a date past": (head) => difference(head) === -3_600_000,
  "retry after -1": (head) => /^retry-after: -1$/m.test(head),
  "retry after 1e9 seconds": (head) => /^retry-after: 1000000000$/m.test(head),
  "retry after garbage": (head) => /^retry-after: in a while$/m.test(head),
  "retry after milliseconds": (head) => /^retry-after-ms: 1500$/m.test(head),
  "retry forbidden": (head) => /^x-should-retry: false$/m.test(head),
  "retry wanted": (head) => /^x-should-retry: true$/m.test(head)
}

const dateIn = (head: string, name: string) =>
  Date.parse(new RegExp(`^${name}: (.+)$`, "im").exec(head)?.[1]?.trim() ?? "")
const difference = (head: string) => dateIn(head, "retry-after") - dateIn(head, "date")

it.live("Every trouble with the headers arrives, whatever the status and the body", () =>
  Effect.gen(function* () {
    const { struck } = yield* start
    for (const [name, expected] of Object.entries(expectedHead)) {
      for (const [status, body] of [
        [200, "valid"],
        [429, "flat-429"],
        [503, "html"]
      ] as const) {
        const { head } = yield* struck({ ...faultOf(status, body), ...headers[name as keyof typeof headers] })
        assert.isTrue(expected(head), `${name} with ${status}: ${head.slice(0, 500)}`)
      }
    }
  })
)

it.live("A connection is reset before the headers, or in the middle of the body", () =>
  Effect.gen(function* () {
    const { simulator, struck } = yield* start
    const before = yield* struck(named("reset before headers"))
    assert.deepStrictEqual([before.reset, before.bytes.length], [true, 0])
    const after = yield* struck(named("reset after headers"))
    const told = Number(/content-length: (\d+)/.exec(after.head)?.[1])
    assert.isTrue(after.reset)
    assert.isAbove(told, after.body.length)
    assert.deepStrictEqual(
      (yield* simulator.calls()).map(({ outcome, status }) => [outcome, status]),
      [
        ["reset", null],
        ["reset", 200]
      ]
    )
  })
)

it.live("A redirect leads where it says, and the ledger shows whether the key went along", () =>
  Effect.gen(function* () {
    const { baseUrl, onSocket, simulator, under } = yield* start
    const elsewhere = `${baseUrl.replace("127.0.0.1", "localhost")}/_elsewhere/x`
    yield* under(redirectTo(elsewhere))
    const answer = yield* onSocket({ path })
    assert.strictEqual(answer.status, 302)
    assert.strictEqual(answer.headers["location"], elsewhere)
    yield* simulator.clearFaults
    yield* onSocket({ path: "/_elsewhere/x" })
    const [call] = yield* simulator.calls({ route: "elsewhere" })
    assert.strictEqual(call?.key, "right")
  })
)

/** What differs between two answers to the same question, whoever asks. */
const passing = new Set(["connection", "content-length", "date", "keep-alive", "x-ratelimit-remaining"])

const told = Effect.fnUntraced(function* (exit: Exit.Exit<ReturnType<typeof asked>, unknown>) {
  if (Exit.isFailure(exit)) return "lost"
  const { headers, status, text } = exit.value
  const kept = Object.entries(headers).filter(([name]) => !passing.has(name))
  return {
    status,
    headers: kept.toSorted(([one], [other]) => (one < other ? -1 : 1)),
    length: text.length,
    text: text.length > 1_000_000 ? "" : text.replaceAll(/req_[0-9a-f-]+/g, "")
  }
})

it.live("Over a socket and in the process the answer to the same question is the same", () =>
  Effect.gen(function* () {
    const { beside, onSocket, simulator, under } = yield* start
    const compare = Effect.fnUntraced(function* (name: string) {
      const socket = yield* told(yield* Effect.exit(onSocket({ path })))
      const process = yield* told(yield* Effect.exit(beside({ path })))
      assert.deepStrictEqual(process, socket, name)
    })
    const waiting = new Set(["slow by 3 seconds", "slow by 30 seconds", "never answered", "headers, then nothing"])
    for (const [name, fault] of Object.entries<Fault>(faults)) {
      if (waiting.has(name)) continue
      yield* under({ ...fault, dribbleMs: 0 })
      yield* compare(name)
    }
    for (const [name, fault] of Object.entries<Partial<Fault>>(headers)) {
      yield* under(fault)
      yield* compare(name)
    }
    yield* simulator.clearFaults
    const { expiries, statuses, tokens } = shapes
    for (const [name, shape] of Object.entries({ ...expiries, ...statuses, ...tokens })) {
      yield* simulator.putAccount("ca_1", shape)
      yield* compare(name)
    }
  })
)

it.effect("What is slow takes the time it says, and what is never answered any time at all", () =>
  Effect.gen(function* () {
    const { beside, simulator, under } = yield* start
    const asks = Effect.forkChild(beside({ path }))
    const isDone = (fiber: Fiber.Fiber<unknown, unknown>) => fiber.pollUnsafe() !== undefined

    yield* under(named("slow by 3 seconds"))
    const slow = yield* asks
    yield* TestClock.adjust("2999 millis")
    assert.isFalse(isDone(slow))
    yield* TestClock.adjust("1 milli")
    assert.strictEqual((yield* Fiber.join(slow)).status, 200)

    yield* under({ ...named("a byte a second"), body: "other-json" })
    const dribbling = yield* asks
    yield* TestClock.adjust("16 seconds")
    assert.isFalse(isDone(dribbling))
    yield* TestClock.adjust("1 second")
    assert.strictEqual((yield* Fiber.join(dribbling)).text, '{"hello":"world"}')

    for (const name of ["never answered", "headers, then nothing"] as const) {
      yield* under(named(name))
      const never = yield* asks
      yield* TestClock.adjust("1 day")
      assert.isFalse(isDone(never), name)
      yield* Fiber.interrupt(never)
    }
    const outcomes = (yield* simulator.calls()).map(({ outcome }) => outcome)
    assert.deepStrictEqual(outcomes, ["answered", "answered", "abandoned", "stalled"])
  })
)

it.effect("A fault strikes as often as it says, its account and route only", () =>
  Effect.gen(function* () {
    const { beside, simulator } = yield* start
    yield* simulator.putAccount("ca_2")
    yield* simulator.addFaults(
      named("unavailable", { account: "ca_1" }),
      named("internal error", { account: "ca_1", times: 2 }),
      named("not found", { route: "accounts" })
    )
    const status = (path: string) => Effect.map(beside({ path }), ({ status }) => status)
    const seen = yield* Effect.forEach([path, one("ca_2"), path, path], status)
    assert.deepStrictEqual(seen, [500, 200, 500, 503])
    assert.strictEqual(yield* status("/api/v3.1/connected_accounts"), 404)
    assert.deepStrictEqual(
      (yield* simulator.calls()).map(({ fault }) => fault),
      ["internal error", null, "internal error", "unavailable", "not found"]
    )
    yield* simulator.clearFaults
    assert.strictEqual(accountIn(yield* beside({ path })).status, "ACTIVE")
  })
)
