import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import type { IncomingMessage, ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import { active, atOnce, clientOf, fetch, listen, outcomeOf, quietly, say, token } from "./fixtures/upstream.ts"

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const text = JSON.stringify(active())

/** Writes the bytes of an answer, right or wrong, and lets go. */
const raw =
  (bytes: string): Handler =>
  ({ socket }) =>
    socket.end(bytes)

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"

it.live("an answer that breaks on the way is no answer, and asked for again", () =>
  Effect.gen(function* () {
    const table: ReadonlyArray<readonly [name: string, handler: Handler, outcome: string, asked: number]> = [
      ["reset before the headers", ({ socket }) => socket.resetAndDestroy(), "faulty", 3],
      ["closed before the headers", ({ socket }) => socket.destroy(), "faulty", 3],
      ["reset amid the headers", raw("HTTP/1.1 200 OK\r\ncontent-ty"), "faulty", 3],
      [
        "reset amid the body",
        ({ socket }, response) => {
          response.writeHead(200, { "content-length": String(text.length) })
          response.write(text.slice(0, 40), () => socket.resetAndDestroy())
        },
        "faulty",
        3
      ],
      ["a length too long", raw(`${head}content-length: ${text.length + 10}\r\n\r\n${text}`), "faulty", 3],
      ["a length too short", raw(`${head}content-length: ${text.length - 10}\r\n\r\n${text}`), "faulty", 3],
      ["a length that is none", raw(`${head}content-length: -1\r\n\r\n${text}`), "faulty", 3],
      ["two lengths", raw(`${head}content-length: 5\r\ncontent-length: 9\r\n\r\n${text}`), "faulty", 3],
      ["no length, and then the end", raw(`${head}\r\n${text}`), token, 1],
      ["a chunk that never ends", raw(`${head}transfer-encoding: chunked\r\n\r\nfff\r\n${text}`), "faulty", 3],
      ["no protocol", raw("hello\r\n\r\n"), "faulty", 3],
      ["a status that is none", raw(`HTTP/1.1 999999 OK\r\n\r\n${text}`), "faulty", 3],
      ["headers of 20 kB", say({ headers: { "x-long": "x".repeat(20_000) } }), "faulty", 3],
      ["headers of 8 kB", say({ headers: { "x-long": "x".repeat(8000) } }), token, 1],
      [
        "compressed though nobody asked",
        say({ headers: { "content-encoding": "gzip" }, body: gzipSync(text) }),
        token,
        1
      ],
      ["compressed in name only", say({ headers: { "content-encoding": "gzip" }, body: text }), "faulty", 3],
      [
        "cut off amid the compressed",
        say({ headers: { "content-encoding": "gzip" }, body: gzipSync(text).subarray(0, 60) }),
        "faulty",
        3
      ]
    ]
    for (const [name, handler, outcome, asked] of table) {
      const found = yield* outcomeOf(handler)
      assert.deepStrictEqual([found.said, found.asked], [outcome, asked], name)
    }
  })
)

it.live("nobody there, and nobody of that name, are told apart", () =>
  Effect.gen(function* () {
    const gone = yield* Effect.scoped(Effect.map(listen(say({})), ({ url }) => url))
    const verdictAt = (url: string) =>
      Effect.map(Effect.flip(Effect.provide(fetch(), clientOf(url))), ({ verdict }) => verdict).pipe(atOnce, quietly)
    assert.strictEqual(yield* verdictAt(gone), "faulty")
    assert.strictEqual(yield* verdictAt("https://nobody.invalid"), "ours")
    // Speaks HTTP where TLS was expected.
    const plain = yield* listen(say({}))
    assert.strictEqual(yield* verdictAt(plain.url.replace("http:", "https:")), "ours")
    assert.deepStrictEqual(plain.seen, [])
  })
)

it.live("a body is read up to its bound and no further, however it was packed", () =>
  Effect.gen(function* () {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "), { level: 9 })
    assert.isBelow(bomb.length, 100_000)
    const packed = yield* outcomeOf(say({ headers: { "content-encoding": "gzip" }, body: bomb }))
    assert.deepStrictEqual([packed.said, packed.asked], ["faulty", 3])

    let written = 0
    const endless: Handler = (_, response) => {
      response.writeHead(200, { "content-type": "application/json" })
      const chunk = Buffer.alloc(64 * 1024, " ")
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length
      }
      response.on("drain", more)
      more()
    }
    const { closedConnections, url } = yield* listen(endless)
    const found = yield* Effect.result(fetch()).pipe(Effect.provide(clientOf(url)), atOnce)
    assert.strictEqual(found._tag === "Failure" ? found.failure.verdict : "token", "faulty")
    // What fills the buffers of two sockets is not read by anyone.
    assert.isBelow(written, 3 * 16 * 1024 * 1024)
    yield* Effect.yieldNow
    assert.isAtLeast(closedConnections(), 2)
  })
)

it.live("an answer that nobody reads does not hold its connection", () =>
  Effect.gen(function* () {
    const closed = yield* Deferred.make<void>()
    const { url } = yield* listen((request, response) => {
      request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      response.writeHead(401)
      response.write(text)
    })
    const found = yield* Effect.result(fetch()).pipe(Effect.provide(clientOf(url)), quietly)
    assert.strictEqual(found._tag === "Failure" ? found.failure.verdict : "token", "ours")
    // The end of a test that would wait for ever.
    assert.isTrue(Option.isSome(yield* Effect.timeoutOption(Deferred.await(closed), "5 seconds")))
  })
)

const stalls: ReadonlyArray<readonly [name: string, handler: Handler]> = [
  ["before the headers", () => {}],
  ["after the headers", (_, response) => response.writeHead(200).flushHeaders()],
  [
    "amid the body",
    (_, response) => {
      response.writeHead(200)
      response.write(text.slice(0, 40))
    }
  ]
]

for (const [name, stall] of stalls) {
  it.effect(`an upstream that stalls ${name} is left after five seconds, and the connection closed`, () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const { seen, url } = yield* listen((request, response) => {
        request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        stall(request, response)
        Deferred.doneUnsafe(asked, Effect.void)
      })
      const fiber = yield* Effect.forkChild(Effect.result(fetch()).pipe(Effect.provide(clientOf(url)), quietly))
      yield* Deferred.await(asked)
      yield* TestClock.adjust("4999 millis")
      assert.isFalse(yield* Deferred.isDone(closed))
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      yield* Deferred.await(closed)
      yield* TestClock.adjust("5 seconds")
      const found = yield* Fiber.join(fiber)
      assert.strictEqual(found._tag === "Failure" ? found.failure.verdict : "token", "faulty")
      if (found._tag === "Failure") assert.match(found.failure.detail, /in time/)
      assert.strictEqual(seen.length, 2)
    })
  )
}

it.effect("an answer that dribbles does not get more time for every byte", () =>
  Effect.gen(function* () {
    const closed = yield* Deferred.make<void>()
    let write: (() => void) | undefined
    const asked = yield* Deferred.make<void>()
    const { url } = yield* listen((request, response) => {
      request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      response.writeHead(200)
      let at = 0
      write = () => response.write(text.charAt(at++))
      write()
      Deferred.doneUnsafe(asked, Effect.void)
    })
    const fiber = yield* Effect.forkChild(Effect.result(fetch()).pipe(Effect.provide(clientOf(url)), quietly))
    yield* Deferred.await(asked)
    for (let second = 0; second < 5; second += 1) {
      write?.()
      yield* TestClock.adjust("1 second")
    }
    yield* Deferred.await(closed)
    yield* Fiber.interrupt(fiber)
  })
)

it.effect("a caller that goes away takes the question with it", () =>
  Effect.gen(function* () {
    const asked = yield* Deferred.make<void>()
    const closed = yield* Deferred.make<void>()
    const { url } = yield* listen((request) => {
      request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      Deferred.doneUnsafe(asked, Effect.void)
    })
    const fiber = yield* Effect.forkChild(Effect.provide(fetch(), clientOf(url)))
    yield* Deferred.await(asked)
    yield* Fiber.interrupt(fiber)
    yield* Deferred.await(closed)
    assert.isTrue(Option.isSome(Option.fromUndefinedOr(fiber.pollUnsafe())))
  })
)

it.live("a connection that gave its answer is used again", () =>
  Effect.gen(function* () {
    const ports = new Set<number | undefined>()
    const { url } = yield* listen((request, response) => {
      ports.add(request.socket.remotePort)
      say({})(request, response)
    })
    yield* Effect.provide(Effect.repeat(fetch(), { times: 4 }), clientOf(url))
    assert.strictEqual(ports.size, 1)
  })
)
