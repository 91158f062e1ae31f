import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { NewlyInstalled } from "@vendodev/api/DeploymentsGroup"
import { vendo } from "./fixtures/inProcess.ts"
import { listen } from "./fixtures/listen.ts"

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
  return { names, run }
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
    assert.include(stderr, "does not answer")
    assert.lengthOf(names, 3)
  })
)
