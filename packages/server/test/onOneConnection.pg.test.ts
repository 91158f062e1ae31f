import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import type { Socket } from "node:net"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { holding, somebodyWaits } from "./edges/administer.ts"
import { isRow, isToken, type Particulars } from "./edges/row.ts"
import { managed, Service, vend } from "./fixtures/service.ts"
import { type Answer, bytes, exchange, message, NoAnswer, open, received } from "./fixtures/wire.ts"
import * as World from "./edges/world.ts"

/** So few that a slot or a connection that is not given back is missed at once. */
const inFlight = 4

const asking = (bearer: string, lines = "", target = "/credentials/notion") =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bearer}\r\n${lines}\r\n`

const lastOne = "Connection: close\r\n"

const both = Effect.flatMap(([first, second, ...more]: ReadonlyArray<Answer>) =>
  first === undefined || second === undefined || more.length > 0
    ? Effect.fail(new NoAnswer({ message: `not two answers: ${JSON.stringify([first, second, ...more])}` }))
    : Effect.succeed({ first, second })
)

/** What may follow a good request on its connection, and how that is answered, in its turn. */
const followers: ReadonlyArray<
  readonly [name: string, next: (key: string) => string, answer: ErrorCode | "token", Particulars?]
> = [
  ["another", (key) => asking(key, lastOne), "token"],
  ["garbage", () => "\0\0\0\r\n\r\n", "request_invalid"],
  ["a method nobody knows", () => "FOO / HTTP/1.1\r\n\r\n", "request_invalid"],
  ["CONNECT to a route", () => "CONNECT /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "method_not_allowed", { allow: "GET" }],
  ["CONNECT to somewhere", () => "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", "request_invalid"],
  ["an expectation nobody can meet", (key) => asking(key, "Expect: 200-maybe\r\n"), "request_invalid"],
  ["an upgrade", (key) => asking(key, "Connection: Upgrade\r\nUpgrade: websocket\r\n"), "token"],
  ["headers beyond 16 kB", (key) => asking(key, `X-Large: ${"x".repeat(17 * 1024)}\r\n`), "too_large", { status: 431 }],
  ["two keys", (key) => asking(key, `Authorization: Bearer ${key}\r\n`), "request_invalid"],
  [
    "a body that breaks off its form",
    (key) => `${asking(key, "Transfer-Encoding: chunked\r\n")}zz\r\n`,
    "request_invalid"
  ]
]

/** What comes until the far end closes, once this was written. */
const afterwards = (socket: Socket, text: string) =>
  Effect.callback<string>((resume) => {
    let all = ""
    socket.on("data", (chunk) => (all += chunk.toString("latin1")))
    socket.on("close", () => resume(Effect.succeed(all)))
    socket.write(text)
  }).pipe(Effect.timeout("10 seconds"), Effect.orDie)

const post =
  (lines: string, body = "") =>
  (key: string) =>
    `POST /api/tenants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n${lines}\r\n${body}`

/** Where a client may be when it goes away. */
const stages: ReadonlyArray<readonly [name: string, sent: (key: string) => string]> = [
  ["before a word", () => ""],
  ["in the middle of a word", () => "GET /credenti"],
  ["in its headers", () => "GET /credentials/notion HTTP/1.1\r\nHost: x\r\nAuthori"],
  ["before its body", post("Content-Length: 50\r\n")],
  ["in its body", post("Content-Length: 50\r\n", "{")],
  ["in its chunks", post("Transfer-Encoding: chunked\r\n", "5\r\n{")],
  ["in a body nobody wants", (key) => asking(key, "Transfer-Encoding: chunked\r\n")],
  ["after it was asked for its body", post("Expect: 100-continue\r\nContent-Length: 50\r\n")],
  ["when all was said", (key) => asking(key)],
  ["when all was said three times", (key) => asking(key).repeat(3)]
]

/** The slot is free again once the server has seen that nobody is there. */
const isServed = Effect.gen(function* () {
  const { keys, token } = yield* World.World
  const answer = yield* Effect.repeat(vend("notion", keys.good), {
    until: ({ status }) => status !== 503,
    schedule: Schedule.spaced("10 millis"),
    times: 300
  })
  isToken(answer, token)
})

layer(World.layer({ VENDO_MAX_IN_FLIGHT: String(inFlight) }), { excludeTestServices: true })(
  "On one connection",
  (it) => {
    for (const [name, next, expected, particulars] of followers) {
      it.effect(`the answer to a good request comes first, then that to what follows: ${name}`, () =>
        Effect.gen(function* () {
          const { port } = yield* Service
          const { keys, token } = yield* World.World
          const { first, second } = yield* both(exchange(port, bytes(asking(keys.good) + next(keys.good))))
          isToken(first, token)
          if (expected === "token") isToken(second, token)
          else isRow(second, expected, particulars)
        })
      )
    }

    it.effect("a body is never read as the next request, ignored or refused", () =>
      Effect.gen(function* () {
        const { port } = yield* Service
        const { keys, token } = yield* World.World
        const inner = asking(keys.good)
        const large = inner.repeat(20)
        const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
        const last = asking(keys.good, lastOne)
        for (const [lines, body, expected] of [
          [`Content-Length: ${inner.length}\r\n`, inner, "token"],
          ["Transfer-Encoding: chunked\r\n", chunk(inner), "token"],
          [`Content-Length: ${large.length}\r\n`, large, "too_large"],
          ["Transfer-Encoding: chunked\r\n", chunk(large), "too_large"]
        ] as const) {
          const { first, second } = yield* both(exchange(port, bytes(asking(keys.good, lines) + body + last)))
          if (expected === "token") isToken(first, token)
          else isRow(first, expected)
          isToken(second, token)
        }
      })
    )

    it.effect("nothing more is said of a body that was answered before it broke off its form", () =>
      Effect.gen(function* () {
        const { port } = yield* Service
        const { keys } = yield* World.World
        const chunk = `800\r\n${"x".repeat(0x800)}\r\n`
        const socket = yield* open(port, bytes(asking(keys.good, "Transfer-Encoding: chunked\r\n") + chunk))
        yield* received(socket, "takes no body")
        const rest = yield* afterwards(socket, "zz\r\n")
        assert.strictEqual(rest, "")
      })
    )

    for (const [name, sent] of stages) {
      it.effect(`a client that goes away ${name} takes nothing with it`, () =>
        Effect.gen(function* () {
          const { adminToken, port } = yield* Service
          const { keys } = yield* World.World
          const request = bytes(sent(name.includes("body") ? adminToken : keys.good))
          for (let i = 0; i < inFlight * 3; i++) yield* Effect.scoped(open(port, request))
          yield* isServed
        })
      )
    }

    it.effect(
      "a client that goes away while the database is asked takes neither its slot nor its neighbour's answer",
      () =>
        Effect.gen(function* () {
          const { port } = yield* Service
          const { keys, token } = yield* World.World
          const neighbour = yield* holding(
            "LOCK TABLE broker.app_keys IN ACCESS EXCLUSIVE MODE",
            Effect.gen(function* () {
              yield* Effect.scoped(Effect.andThen(open(port, bytes(asking(keys.good))), somebodyWaits))
              const neighbour = yield* Effect.forkChild(vend("notion", keys.good))
              for (let i = 0; i < inFlight * 2; i++) yield* Effect.scoped(open(port, bytes(asking(keys.good))))
              return neighbour
            })
          )
          isToken(yield* Fiber.join(neighbour), token)
          yield* isServed
        })
    )

    it.effect("a client that goes away in the middle of a change leaves its connection to the database", () =>
      Effect.gen(function* () {
        const { adminToken, port } = yield* Service
        const { own } = yield* World.World
        const create = {
          method: "POST",
          path: `/api${own.base}/apps`,
          bearer: adminToken,
          headers: { "Content-Type": "application/json" }
        }
        for (let i = 0; i < 12; i++) {
          const body = JSON.stringify({ slug: `left-${i}`, name: "x", kind: "production" })
          yield* holding(
            "LOCK TABLE broker.apps IN ACCESS EXCLUSIVE MODE",
            Effect.scoped(Effect.andThen(open(port, message({ ...create, body })), somebodyWaits))
          )
        }
        yield* isServed
        assert.strictEqual((yield* managed("GET", `${own.base}/apps`)).status, 200)
      })
    )
  }
)
