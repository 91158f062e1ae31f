import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { connect, createServer, type Socket } from "node:net"
import { join } from "node:path"
import { TestDatabase } from "@vendodev/testing/Postgres"
import { start, temporaryDirectory } from "@vendodev/testing/ServerProcess"
import { isRow, isToken } from "./edges/row.ts"
import * as World from "./edges/world.ts"
import { Service, vend } from "./fixtures/service.ts"
import { bytes, message, one, open } from "./fixtures/wire.ts"

/** Where a client may stop for good, and after how many milliseconds that is noticed at the latest. */
const halts: ReadonlyArray<readonly [name: string, within: number, sent: (key: string) => string]> = [
  ["nothing at all", 13_000, () => ""],
  ["half a word", 13_000, () => "GET /creden"],
  [
    "half its headers",
    13_000,
    (key) => `GET /credentials/notion HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nX-`
  ],
  [
    "half a body",
    18_000,
    () => "POST /api/tenants HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
  ],
  [
    "half a chunk",
    18_000,
    () =>
      "POST /api/tenants HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"
  ]
]

/** A way to the database that can be blocked: bytes go nowhere, and nobody is told. */
const detour = Effect.gen(function* () {
  const url = new URL((yield* TestDatabase).serverUrl)
  const directory = yield* temporaryDirectory
  const socket = `.s.PGSQL.${url.port}`
  const original = join(url.searchParams.get("host") ?? "", socket)
  let blocked = false
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(original)
    for (const [from, to] of [
      [near, far],
      [far, near]
    ] as const) {
      sockets.add(from)
      from.on("data", (chunk) => blocked || to.write(chunk))
      from.on("error", () => undefined)
      from.on("close", () => to.destroy())
    }
  })
  const cut = Effect.sync(() => {
    for (const socket of sockets) socket.destroy()
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      proxy.listen(join(directory, socket), () => resume(Effect.void))
    }),
    () =>
      Effect.andThen(
        cut,
        Effect.callback<void>((resume) => {
          proxy.close(() => resume(Effect.void))
        })
      )
  )
  url.searchParams.set("host", directory)
  const block = Effect.sync(() => {
    blocked = true
  })
  return { url: url.href, block, cut }
})

layer(World.layer({ VENDO_MAX_IN_FLIGHT: "8" }), { excludeTestServices: true })("Where nobody goes on", (it) => {
  it.effect("a client that stops is told so and sent away, and takes no slot with it", () =>
    Effect.gen(function* () {
      const { port } = yield* Service
      const { keys, token } = yield* World.World
      yield* Effect.forEach(
        halts,
        ([name, within, sent]) =>
          Effect.gen(function* () {
            // As many as there are slots, so that one that is kept is missed.
            for (let i = 0; i < 8; i++) yield* open(port, bytes(sent(keys.good)))
            const answer = yield* one(port, bytes(sent(keys.good)), { deadline: within })
            if (answer.headers["vendo-error-code"] === "overloaded") return
            isRow(answer, "request_invalid")
            assert.include(answer.body, "in time", name)
          }),
        { concurrency: "unbounded" }
      )
      // The last of them may take their time to read what they were told.
      const answer = yield* Effect.repeat(vend("notion", keys.good), {
        until: ({ status }) => status !== 503,
        schedule: Schedule.spaced("50 millis"),
        times: 100
      })
      isToken(answer, token)
    })
  )

  it.effect("a database that falls silent is unavailable within the time every answer is owed", () =>
    Effect.gen(function* () {
      const { environment } = yield* Service
      const { keys, token } = yield* World.World
      const { block, cut, url } = yield* detour
      const { port } = yield* start({ ...environment, DATABASE_URL: url })
      const ask = one(port, message({ path: "/credentials/notion", bearer: keys.good }))
      isToken(yield* ask, token)
      yield* block
      isRow(yield* Effect.ensuring(ask, cut), "unavailable")
    })
  )
})
