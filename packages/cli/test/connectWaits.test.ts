import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vendo } from "./fixtures/inProcess.ts"
import { listen } from "./fixtures/listen.ts"

const tenant = "00000000-0000-4000-8000-000000000001"
const session = "00000000-0000-4000-8000-000000000002"
const connection = "00000000-0000-4000-8000-000000000003"
const page = "http://vendo.example/connections/connect/notion?ticket=vendo_ct_x"
const tenants = [{ id: tenant, slug: "acme", name: "Acme", status: "active", created_at: "2031-01-31T12:00:00.000Z" }]

type Answer = readonly [status: number, body: unknown] | "nothing"

const outcome = (status: string): Answer => [
  200,
  {
    id: session,
    slug: "notion",
    status,
    connection_id: status === "connected" ? connection : null,
    failure: null
  }
]
const refusal: Answer = [404, { error: "not found", detail: "no such session" }]

/** A service with one visit, of which it says these things, one after the other, and the last for ever. */
const visited = Effect.fnUntraced(function* (answers: ReadonlyArray<Answer>, env: Record<string, string> = {}) {
  let polls = 0
  const { url } = yield* listen((request, response) => {
    const answer = (status: number, body: unknown) => {
      const code = status === 404 ? { "vendo-error-code": "not_found" } : {}
      response.writeHead(status, { "content-type": "application/json", ...code }).end(JSON.stringify(body))
    }
    if (request.url === "/api/tenants") return answer(200, { tenants })
    if (request.method === "POST") {
      return answer(201, { id: session, url: page, expires_at: "2031-01-31T12:00:00.000Z" })
    }
    const said = answers[Math.min(polls++, answers.length - 1)] ?? "nothing"
    if (said === "nothing") return request.socket.destroy()
    answer(...said)
  })
  const args = ["connect", "notion", ...(env["BROWSER"] === undefined ? [] : ["--open"])]
  const run = yield* Effect.forkChild(vendo(args, { env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "vendo_at_x", ...env } }))
  const time = yield* Effect.forkChild(
    Effect.forever(
      Effect.andThen(
        TestClock.adjust("2 seconds"),
        Effect.callback<void>((resume) => void setTimeout(() => resume(Effect.void), 20))
      )
    )
  )
  const ran = yield* Fiber.join(run)
  yield* Fiber.interrupt(time)
  return { ...ran, polls }
})

it.effect("a service that is away for a moment does not end the wait for a person, and it is said while it lasts", () =>
  Effect.gen(function* () {
    const { exit, stderr, stdout } = yield* visited([
      outcome("open"),
      "nothing",
      [502, "<html>"],
      outcome("visited"),
      outcome("connected")
    ])
    assert.strictEqual(exit, 0, stderr)
    assert.include(stdout, connection)
    assert.match(stderr, /^the service does not answer; still waiting \(\d+ s\)$/m)
    assert.match(stderr, /^waiting for notion to be connected on the page \(\d+ s\)$/m)
  })
)

it.effect("who waits is told so, and not at every look", () =>
  Effect.gen(function* () {
    const open = Array.from({ length: 40 }, () => outcome("open"))
    const { exit, stderr } = yield* visited([...open, outcome("cancelled")])
    assert.strictEqual(exit, 1)
    const lines = stderr.split("\n").filter((line) => line.startsWith("waiting for somebody to open the page ("))
    assert.isAtLeast(lines.length, 2, stderr)
    assert.isAtMost(lines.length, 12, stderr)
    assert.include(stderr, "nothing was connected: it was cancelled")
  })
)

it.effect("what the service says no to ends the wait", () =>
  Effect.gen(function* () {
    const { exit, polls, stderr } = yield* visited([outcome("open"), refusal])
    assert.strictEqual(exit, 1)
    assert.include(stderr, "error: no such session")
    assert.strictEqual(polls, 2)
  })
)

it.effect("the page is opened with BROWSER, where there is one and --open is said", () =>
  Effect.gen(function* () {
    const directory = mkdtempSync(join(tmpdir(), "vendo-"))
    const [browser, opened] = [join(directory, "browser"), join(directory, "opened")]
    writeFileSync(browser, `#!/bin/sh\nprintf '%s' "$1" > '${opened}'\n`)
    chmodSync(browser, 0o755)
    const { exit, stderr } = yield* visited([outcome("connected")], { BROWSER: browser })
    assert.strictEqual(exit, 0, stderr)
    assert.isTrue(existsSync(opened))
    assert.strictEqual(readFileSync(opened, "utf8"), page)
    assert.notInclude(stderr, "No browser could be opened")
  })
)
