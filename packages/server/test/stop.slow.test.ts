import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Data, Effect, FileSystem, Schema } from "effect"
import { connect, type Socket } from "node:net"
import { temporaryDirectory } from "@vendodev/testing/ServerProcess"
import { call } from "./fixtures/client.ts"
import { eventually, isRunning, postmasterOf } from "./fixtures/cluster.ts"
import { runProgram, spawnProgram } from "./secrets/program.ts"

const Made = Schema.fromJsonString(Schema.Struct({ id: Schema.String }))

const LogLine = Schema.fromJsonString(Schema.Struct({ level: Schema.String, message: Schema.String }))

class Refused extends Data.TaggedError("Refused")<{ readonly cause: Error }> {}

/** A connection on which a test says what is sent when. */
const open = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<Socket, Refused>((resume) => {
      const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
      socket.once("error", (cause) => resume(Effect.fail(new Refused({ cause }))))
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Sends, and answers what came until it matches; whatever it is, when the far end closes before. */
const exchange = (socket: Socket, text: string, until: RegExp) =>
  Effect.callback<string>((resume) => {
    let received = ""
    const settle = () => {
      socket.off("data", look).off("close", settle).off("error", settle)
      resume(Effect.succeed(received))
    }
    const look = (chunk: Buffer) => {
      received += chunk.toString("latin1")
      if (until.test(received)) settle()
    }
    socket.on("data", look).on("close", settle).on("error", settle)
    socket.write(text)
  })

/** The administrator of an embedded database, whose address is a directory and whose password is in a file. */
const administratorOf = Effect.fnUntraced(function* (dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const password = (yield* fs.readFileString(`${dataDir}/postgres-superuser`)).trim()
  return `postgres://postgres:${password}@localhost:5432/vendo?host=${dataDir}/postgres-socket`
})

const many = Array.from({ length: 50 }, (_, i) => i)

it.layer(NodeServices.layer, { excludeTestServices: true })("a server in production, on its own database,", (it) => {
  it.effect("shows no key, and when it is told to stop answers everything under way and leaves nothing behind", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* temporaryDirectory
      const production = { VENDO_ENV: "production", VENDO_DATA_DIR: dataDir }
      const server = yield* spawnProgram({ ...production, OPENAI_API_KEY: "sk-not-for-production" })
      const port = Number(new URL(yield* server.until(/^Vendo is ready at (\S+)/m)).port)
      assert.isFalse(yield* fs.exists(`${dataDir}/dev.json`))

      const made = yield* runProgram({ ...production, DATABASE_ADMIN_URL: yield* administratorOf(dataDir) }, [
        "admin-token",
        "create"
      ])
      assert.strictEqual(made.code, 0, made.stderr)
      const bearer = made.stdout.trim()
      assert.deepStrictEqual(yield* call(port, { method: "GET", path: "/api/tenants", bearer }), {
        status: 200,
        code: null,
        text: `{"tenants":[]}`
      })
      const { text } = yield* call(port, {
        method: "POST",
        path: "/api/tenants",
        bearer,
        body: { slug: "acme", name: "Acme" }
      })
      const { id } = yield* Schema.decodeUnknownEffect(Made)(text)

      // Each has sent its head, and the server waits for the body: under way beyond doubt.
      const underWay = yield* Effect.forEach(many, (i) =>
        Effect.gen(function* () {
          const body = JSON.stringify({ slug: `app-${i}`, name: `App ${i}`, kind: "production" })
          const head = [
            `POST /api/tenants/${id}/apps HTTP/1.1`,
            "Host: localhost",
            `Authorization: Bearer ${bearer}`,
            "Content-Type: application/json",
            `Content-Length: ${body.length}`,
            "Expect: 100-continue",
            "Connection: close",
            "\r\n"
          ].join("\r\n")
          const socket = yield* open(port)
          assert.match(yield* exchange(socket, head, /\r\n\r\n/), /^HTTP\/1\.1 100 /)
          return { body, socket }
        })
      )
      const postmaster = yield* postmasterOf(`${dataDir}/postgres`)

      server.child.kill("SIGTERM")
      yield* server.until(/draining/)
      // A second is left to balancers, who come on connections of their own.
      const balancer = yield* open(port)
      const ready = yield* exchange(balancer, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", /\r\n\r\n\{.*\}$/)
      assert.match(ready, /^HTTP\/1\.1 503 /)
      assert.include(ready.toLowerCase(), "vendo-error-code: unavailable")
      assert.include(ready, "the server is draining")
      balancer.destroy()
      yield* eventually(Effect.flip(Effect.scoped(open(port))))

      const answers = yield* Effect.forEach(underWay, ({ body, socket }) => exchange(socket, body, /\r\n\r\n\{.*\}$/), {
        concurrency: "unbounded"
      })
      many.forEach((i) => {
        assert.match(answers[i] ?? "", /^HTTP\/1\.1 200 /, `request ${i}`)
        assert.include(answers[i] ?? "", `"slug":"app-${i}"`)
      })
      assert.strictEqual(yield* server.ended, 0)
      assert.isFalse(yield* isRunning(postmaster))
      assert.isFalse(yield* fs.exists(`${dataDir}/postgres/postmaster.pid`))

      const printed = server.stdout() + server.stderr()
      assert.notMatch(printed, /vendo_[a-z]{2}_|curl|sk-not-for-production/)
      assert.notInclude(printed, bearer)
      const lines = printed.split("\n")
      const log = yield* Effect.forEach(
        lines.filter((line) => line.startsWith("{")),
        (line) => Schema.decodeUnknownEffect(LogLine)(line)
      )
      assert.deepStrictEqual(
        log.map(({ level, message }) => [level, message.replaceAll(dataDir, "<dir>")]),
        [
          ["INFO", "Created a database cluster in <dir>/postgres"],
          ["INFO", "draining"]
        ]
      )
      // Everything else is the one message for a person.
      for (const line of lines) assert.match(line, /^(?:\{.*\}|Vendo is ready at \S+|  [a-z]+[ a-z]* {2,}\S.*|)$/)
    })
  )
})
