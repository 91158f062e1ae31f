import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Pace } from "../../src/run/Pace.ts"
import { deploymentService, refusal } from "../fixtures/deploymentService.ts"
import { vendo } from "../fixtures/inProcess.ts"
import { quickPace } from "../fixtures/quickPace.ts"

const key = `vendo_sk_${"k".repeat(42)}`

const run = (args: ReadonlyArray<string>, env: Record<string, string> = {}) =>
  Effect.provideService(vendo(["run", ...args], { env: { VENDO_API_KEY: key, ...env } }), Pace, quickPace)

describe("A command line", () => {
  const refused = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: Record<string, string> = {}) {
    const service = yield* deploymentService()
    const ran = yield* run(args, { VENDO_BASE_URL: service.url, ...env })
    assert.deepStrictEqual(service.asked, [])
    assert.deepInclude(ran, { exit: 2, stdout: "" })
    return ran.stderr
  })

  it.live("without a command behind -- is refused, and so is one with words before it", () =>
    Effect.gen(function* () {
      for (const args of [[], ["--"], ["node", "bot.js"], ["node", "--", "bot.js"]]) {
        assert.include(yield* refused(args), "vendo: fix: write it like: vendo run -- node bot.js")
      }
    })
  )

  it.live("without a key that can be one is refused, and the key is not repeated", () =>
    Effect.gen(function* () {
      for (const value of ["", "   ", "vendo_at_canary", "sk-canary", `${key} canary`, `${key}canary`, "canary\nx"]) {
        const stderr = yield* refused(["--", "true"], { VENDO_API_KEY: value })
        assert.match(stderr, /^vendo: error: .*VENDO_API_KEY/)
        assert.include(stderr, "vendo: fix: export VENDO_API_KEY=$(vendo key mint --app <app>)")
        assert.notInclude(stderr, "canary")
        assert.notInclude(stderr, key)
      }
    })
  )

  it.live("names the service, or VENDO_BASE_URL does, or VENDO_URL; without any it is refused", () =>
    Effect.gen(function* () {
      const nowhere = yield* run(["--", "true"])
      assert.strictEqual(nowhere.exit, 2)
      assert.include(nowhere.stderr, "vendo: error: no server is known: VENDO_BASE_URL is not set")

      const [one, two, three] = yield* Effect.all([deploymentService(), deploymentService(), deploymentService()])
      const env = { VENDO_BASE_URL: `${two.url}/api`, VENDO_URL: three.url }
      assert.strictEqual((yield* run(["--url", one.url, "--", "true"], env)).exit, 0)
      assert.strictEqual((yield* run(["--", "true"], env)).exit, 0)
      assert.strictEqual((yield* run(["--", "true"], { ...env, VENDO_BASE_URL: " " })).exit, 0)
      for (const { reports } of [one, two, three]) {
        assert.deepStrictEqual(
          reports().map(({ state }) => state),
          ["starting", "running", "exited"].filter((state) => state !== "running" || reports().length > 2)
        )
      }
    })
  )
})

describe("A service", () => {
  it.live("that refuses a start ends it with 1, in its own words and with what to do", () =>
    Effect.gen(function* () {
      const codes = [
        [401, "app_unknown"],
        [401, "app_revoked"],
        [401, "app_expired"],
        [403, "forbidden"],
        [404, "not_found"],
        [400, "validation_failed"]
      ] as const
      for (const [status, code] of codes) {
        for (const what of ["environment", "report"] as const) {
          const service = yield* deploymentService({ refuse: { [what]: refusal(status, code) } })
          const { exit, stderr, stdout } = yield* run(["--json", "--url", service.url, "--", "echo", "started"])
          assert.strictEqual(exit, 1)
          assert.match(stderr, new RegExp(`^vendo: error: the service says ${code}\nvendo: fix: .+\n`))
          assert.strictEqual(stdout, "")
          assert.strictEqual(service.asked.filter(({ status }) => status !== 200).length, 1)
        }
      }
    })
  )

  it.live("that is away for a while, or somebody else, is asked on, and what it sent is not repeated", () =>
    Effect.gen(function* () {
      const strangers = [
        refusal(503, "unavailable"),
        refusal(500, "internal_error"),
        refusal(429, "rate_limited", { "retry-after": "0" }),
        { status: 200, body: "<html>canary" },
        { status: 200, body: { env_version: "canary" } },
        { status: 404, body: "canary" },
        { status: 302, headers: { location: "http://127.0.0.1:1/canary" } },
        { status: 502, body: "<html>" }
      ]
      for (const stranger of strangers) {
        const service = yield* deploymentService({ refuse: { environment: stranger } })
        const mended = Effect.andThen(
          service.until(({ asked }) => asked.length > 2, "that it is asked on"),
          service.tell({ refuse: {} })
        )
        const [{ exit, stderr }] = yield* Effect.all([run(["--url", service.url, "--", "true"]), mended], {
          concurrency: "unbounded"
        })
        assert.strictEqual(exit, 0)
        assert.match(stderr, /^vendo: .*; trying again in 1 s$/m)
        assert.notInclude(stderr, "canary")
      }
    })
  )

  it.live("can hand out nothing that no process can be given: the variable is named, not shown", () =>
    Effect.gen(function* () {
      for (const [name, value] of [
        ["TOKEN", "canary\0"],
        ["TO=KEN", "canary"]
      ] as const) {
        const service = yield* deploymentService({ variables: { [name]: value } })
        const mended = Effect.andThen(
          service.until(({ asked }) => asked.length > 1, "that it is asked on"),
          service.tell({ variables: {} })
        )
        const [{ exit, stderr }] = yield* Effect.all([run(["--url", service.url, "--", "true"]), mended], {
          concurrency: "unbounded"
        })
        assert.strictEqual(exit, 0)
        assert.include(stderr, `no process can be given what these variables hold: ${name}`)
        assert.notInclude(stderr, "canary")
      }
    })
  )
})
