import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { vendo } from "./fixtures/inProcess.ts"
import { listen } from "./fixtures/listen.ts"

const tenant = "00000000-0000-4000-8000-000000000001"
const at = "2031-01-31T12:00:00.000Z"
const tenants = [{ id: tenant, slug: "acme", name: "Acme", status: "active", created_at: at }]
const connection = {
  id: "00000000-0000-4000-8000-000000000003",
  slug: "openai",
  name: "openai",
  user: null,
  profile: "byok_static",
  status: "active",
  exclusive: false,
  metadata: {},
  failure: null,
  created_at: at,
  revoked_at: null
}

/** A service that keeps what it is sent to make a connection of. */
const service = Effect.gen(function* () {
  const sent: Array<unknown> = []
  const { url } = yield* listen((request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    }
    if (request.url === "/api/tenants") return answer(200, { tenants })
    if (request.method === "GET") return answer(200, { connections: [connection] })
    let body = ""
    request.on("data", (chunk) => (body += String(chunk)))
    request.on("end", () => {
      sent.push(JSON.parse(body).context)
      answer(200, connection)
    })
  })
  const run = (args: ReadonlyArray<string>) =>
    vendo(["connection", ...args], { env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "vendo_at_x" }, stdin: "sbp_x\n" })
  return { run, sent }
})

const commands = [
  ["create", "openai"],
  ["reconnect", "openai"]
]

it.effect("--context says which of several the connection acts on, once for each field", () =>
  Effect.gen(function* () {
    const { run, sent } = yield* service
    for (const command of commands) {
      const { exit, stderr } = yield* run([...command, "--context", "ref=abc=def", "--context", "region=eu"])
      assert.strictEqual(exit, 0, stderr)
      assert.deepStrictEqual(sent.pop(), { ref: "abc=def", region: "eu" })
      yield* run(command)
      assert.isUndefined(sent.pop())
    }
  })
)

it.effect("a --context that says nothing is refused before anything is asked, and never repeated", () =>
  Effect.gen(function* () {
    const { run, sent } = yield* service
    for (const command of commands) {
      for (const context of [["hunter2"], ["=hunter2"], ["hunter2="], [""], ["hunter2=a", "hunter2=b"]]) {
        const { exit, stderr, stdout } = yield* run([...command, ...context.flatMap((text) => ["--context", text])])
        assert.strictEqual(exit, 2, stderr)
        assert.match(stderr, /^error: --context .*\nfix: (?:write it like --context ref=abcdef|say its value once)\n$/)
        assert.notInclude(stderr + stdout, "hunter2")
      }
    }
    assert.lengthOf(sent, 0)
  })
)
