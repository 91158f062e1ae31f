import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { vendo } from "./fixtures/inProcess.ts"
import { listen } from "./fixtures/listen.ts"

const as = (url: string) => ({ env: { VENDO_URL: url, VENDO_ADMIN_TOKEN: "vendo_at_test" } })

it.effect("a redirect is not followed, so the token goes to nobody but the server that was named", () =>
  Effect.gen(function* () {
    const other = yield* listen((_, response) => response.end("{}"))
    for (const status of [301, 302, 303, 307, 308]) {
      const named = yield* listen((_, response) => response.writeHead(status, { location: other.url }).end())
      const { exit } = yield* vendo(["tenant", "list"], as(named.url))
      assert.strictEqual(exit, 3)
      assert.deepStrictEqual(named.seen, [{ path: "/api/tenants", authorization: "Bearer vendo_at_test" }])
    }
    assert.deepStrictEqual(other.seen, [])
  })
)

it.effect("nobody at the address ends with 3, says how to start one, and shows no stack", () =>
  Effect.gen(function* () {
    const gone = yield* Effect.scoped(
      Effect.map(
        listen(() => {}),
        ({ url }) => url
      )
    )
    for (const args of [["tenant", "list"], ["status"], ["token", "telegram"]]) {
      const { exit, stderr } = yield* vendo(args, { env: { ...as(gone).env, VENDO_API_KEY: "vendo_sk_test" } })
      assert.strictEqual(exit, 3)
      assert.strictEqual(stderr.split("\n")[0], `error: ${gone} does not answer`)
      assert.match(stderr, /^fix: is it running\? start it with `pnpm start`/m)
      assert.notMatch(stderr, /^\s+at /m)
    }
  })
)

it.effect("whoever answers and is not Vendo ends with 3 and shows no stack", () =>
  Effect.gen(function* () {
    const answers = [
      [200, "<html>"],
      [200, "{}"],
      [200, `{"tenants":[{}]}`],
      [401, "<html>"],
      [404, "{}"],
      [418, "teapot"],
      [502, "<html>"]
    ] as const
    for (const [status, body] of answers) {
      const stranger = yield* listen((_, response) => response.writeHead(status).end(body))
      const { exit, stderr } = yield* vendo(["tenant", "list"], as(stranger.url))
      assert.strictEqual(exit, 3, `${status} ${body}`)
      assert.match(stderr, /^error: .*Vendo/)
      assert.notMatch(stderr, /^\s+at /m)
    }
  })
)

it.effect("a token that can not stand in a header is refused before anything is sent", () =>
  Effect.gen(function* () {
    const server = yield* listen((_, response) => response.end("{}"))
    for (const token of ["two words", "line\nbreak", "naïve"]) {
      const { exit, stderr } = yield* vendo(["tenant", "list"], {
        env: { VENDO_URL: server.url, VENDO_ADMIN_TOKEN: token }
      })
      assert.strictEqual(exit, 2)
      assert.notInclude(stderr, token)
    }
    assert.deepStrictEqual(server.seen, [])
  })
)

it.effect("status shows of a credential no more than its hint, and nothing of what is none of ours", () =>
  Effect.gen(function* () {
    const server = yield* listen((_, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(`{"status":"ok"}`)
    )
    const { exit, stdout } = yield* vendo(["status"], {
      env: { VENDO_URL: server.url, VENDO_ADMIN_TOKEN: "vendo_at_AbCdEFGH", VENDO_API_KEY: "sk-proj-foreign" }
    })
    assert.strictEqual(exit, 0)
    assert.include(stdout, "vendo_at_AbCd (VENDO_ADMIN_TOKEN)")
    assert.notInclude(stdout, "EFGH")
    assert.notInclude(stdout, "sk-proj")
    assert.deepStrictEqual(server.seen, [{ path: "/readyz", authorization: undefined }])
  })
)
