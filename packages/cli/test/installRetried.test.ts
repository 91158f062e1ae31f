import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { NewlyInstalled } from "@vendodev/api/DeploymentsGroup"
import { vendo } from "./fixtures/inProcess.ts"
import { listen } from "./fixtures/listen.ts"
import { waitUntil } from "./fixtures/waitUntil.ts"

const tenant = "00000000-0000-4000-8000-000000000001"
const deployment = {
  id: "00000000-0000-4000-8000-000000000002",
  slug: "echo-bot",
  name: "echo-bot",
  kind: "production",
  tool: null,
  manifest: {
    name: "echo-bot",
    version: 1,
    runtime: null,
    integrations: [],
    env: { required: [], optional: [] },
    health: null,
    restart_on: []
  },
  status: "installed",
  env_wanted: 1,
  env_running: null,
  restart_required: false,
  run: null,
  bindings: [],
  created_at: "2031-01-31T12:00:00.000Z"
} as const
const installed = {
  deployment,
  key: "vendo_sk_of_nobody",
  key_id: "00000000-0000-4000-8000-000000000003",
  launch: { launcher: "none", state: "manual", detail: null, run: "vendo run -- <command>" }
} satisfies typeof NewlyInstalled.Encoded

const found: Readonly<Record<string, unknown>> = {
  "/api/tenants": {
    tenants: [{ id: tenant, slug: "acme", name: "Acme", status: "active", created_at: deployment.created_at }]
  },
  [`/api/tenants/${tenant}/connections`]: { connections: [] }
}

const file = () => {
  const path = join(mkdtempSync(join(tmpdir(), "vendo-")), "vendo.yaml")
  writeFileSync(path, "name: echo-bot\nversion: 1\n")
  return path
}

const deploymentPath = `/api/tenants/${tenant}/deployments/${deployment.id}/start`

/** A service that takes its time to install and to start, and answers when it is told to. */
const slow = Effect.gen(function* () {
  const asked: Array<{ readonly body: string; readonly answer: () => void }> = []
  const { url } = yield* listen((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    }
    if (request.url === `/api/tenants/${tenant}/deployments`) return answer(200, { deployments: [deployment] })
    if (request.method === "GET") return answer(200, found[request.url ?? ""])
    let body = ""
    request.on("data", (chunk) => (body += String(chunk)))
    request.on("end", () => {
      const made = { answer: () => answer(201, installed) }
      const started = { answer: () => answer(200, { deployment, launch: installed.launch }) }
      asked.push({ body, ...(request.url === deploymentPath ? started : made) })
    })
  })
  /** Runs it until the service is asked, and lets that time go by. */
  const after = Effect.fnUntraced(function* (seconds: number, args: ReadonlyArray<string>) {
    const before = asked.length
    const run = yield* Effect.forkChild(vendo(args, { env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "vendo_at_x" } }))
    yield* waitUntil(
      () => asked.length > before,
      () => "the service to be asked"
    )
    yield* TestClock.adjust(`${seconds} seconds`)
    return run
  })
  return { asked, after }
})

/** A service that hears some requests to install, and lets each of them drop. */
const forgetful = Effect.fnUntraced(function* (drops: number) {
  const names: Array<string | undefined> = []
  const { url } = yield* listen((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    }
    if (request.method === "GET") return answer(200, found[request.url ?? ""])
    names.push(String(request.headers["idempotency-key"]))
    if (names.length <= drops) return request.socket.destroy()
    answer(201, installed)
  })
  const run = vendo(["install", file()], { env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "vendo_at_x" } })
  return { names, run, url }
})

it.live("An installation whose answer was lost is asked for again, under the same name", () =>
  Effect.gen(function* () {
    const { names, run } = yield* forgetful(2)
    const { exit, stderr, stdout } = yield* run
    assert.strictEqual(exit, 0, stderr)
    assert.strictEqual(stdout.trim(), installed.key)
    assert.lengthOf(names, 3)
    assert.lengthOf([...new Set(names)], 1)
    assert.match(names[0] ?? "", /^[0-9a-f-]{36}$/)
    // Another one has another name.
    yield* run
    assert.notStrictEqual(names[3], names[0])
  })
)

it.live("An installation is given up when nobody answers three times, and says so", () =>
  Effect.gen(function* () {
    const { names, run } = yield* forgetful(10)
    const { exit, stderr } = yield* run
    assert.strictEqual(exit, 3)
    assert.include(stderr, "does not answer; echo-bot may be installed all the same")
    assert.include(stderr, "fix: see with `vendo deployment list`")
    assert.lengthOf(names, 3)
  })
)

const long = [
  ["install", () => ["install", file(), "--image", "node:24-slim"]],
  ["a start", () => ["deployment", "start", "echo-bot"]]
] as const

for (const [what, args] of long) {
  it.effect(
    `An image may take minutes to fetch: ${what} is waited for, asked for once, and said to be waited for`,
    () =>
      Effect.gen(function* () {
        const { after, asked } = yield* slow
        const run = yield* after(340, args())
        asked[0]?.answer()
        const { exit, stderr } = yield* Fiber.join(run)
        assert.strictEqual(exit, 0, stderr)
        assert.lengthOf(asked, 1)
        assert.match(stderr, /^still waiting for the service to .* \(5 s\)\nstill waiting for .* \(10 s\)\n/)
        assert.match(stderr, / \(340 s\)\n(?!still)/)
      })
  )

  it.effect(`Nobody waits for ever: ${what} may have happened all the same, and it is said how to find out`, () =>
    Effect.gen(function* () {
      const { after, asked } = yield* slow
      const run = yield* after(360, args())
      const { exit, stderr } = yield* Fiber.join(run)
      assert.strictEqual(exit, 3)
      assert.match(stderr, /^error: there is no answer after 6 minutes; .*may be (?:installed|started) all the same$/m)
      assert.match(stderr, /^fix: see with `vendo deployment list`/m)
      assert.lengthOf(asked, 1)
    })
  )
}

it.effect("What else is asked is not waited for that long", () =>
  Effect.gen(function* () {
    const { url, seen } = yield* listen(() => {})
    const run = yield* Effect.forkChild(
      vendo(["tenant", "list"], { env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "vendo_at_x" } })
    )
    yield* waitUntil(
      () => seen.length === 1,
      () => "the service to be asked"
    )
    yield* TestClock.adjust("30 seconds")
    const { exit, stderr } = yield* Fiber.join(run)
    assert.deepStrictEqual([exit, stderr.split("\n")[0]], [3, `error: ${url} does not answer`])
  })
)

it.effect("The image and the command are sent as they were written, empty arguments included", () =>
  Effect.gen(function* () {
    const { after, asked } = yield* slow
    const run = yield* after(0, ["install", file(), "--image", "node:24-slim", "--", "node", "", "x y"])
    asked[0]?.answer()
    const { exit, stderr } = yield* Fiber.join(run)
    assert.strictEqual(exit, 0, stderr)
    assert.deepInclude(JSON.parse(asked[0]?.body ?? "").launch, {
      image: "node:24-slim",
      command: ["node", "", "x y"],
      directory: process.cwd()
    })
  })
)

it.live("A line that can not be sent is the line's fault, and nothing is sent", () =>
  Effect.gen(function* () {
    const { names, url } = yield* forgetful(0)
    const words = (count: number) => Array.from({ length: count }, () => "hunter2")
    const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, says: RegExp]> = [
      [["--image", ""], /^error: --image does not name an image\nfix: .*--image node:24-slim/],
      [["--image", "hunter2".repeat(1000)], /^error: --image does not name an image\nfix: /],
      [["--", "", "hunter2"], /^error: what stands behind -- /],
      [["--", "node", "hunter2".repeat(1000)], /^error: what stands behind -- /],
      [["--", ...words(65)], /^error: what stands behind -- .*\nfix: write it like: vendo install -- node bot\.js/]
    ]
    for (const [args, says] of wrong) {
      const { exit, stderr } = yield* vendo(["install", file(), ...args], {
        env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "vendo_at_x" }
      })
      assert.match(stderr, says)
      assert.strictEqual(exit, 2)
      assert.notInclude(stderr, "hunter2")
    }
    assert.lengthOf(names, 0)
  })
)
