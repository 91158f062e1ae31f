import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Pace } from "../../src/run/Pace.ts"
import { deploymentService, refusal } from "../fixtures/deploymentService.ts"
import { vendo } from "../fixtures/inProcess.ts"
import { quickPace } from "../fixtures/quickPace.ts"
import { key, runProcess } from "../fixtures/runProcess.ts"

const canary = "canary"

it.live("no value of a variable and no key is ever said, whatever goes wrong on the way", () =>
  Effect.gen(function* () {
    const nonsense = [
      { status: 200, body: `{"variables":{"TOKEN":"${canary}"` },
      { status: 200, body: { env_version: 1, restart: 0, variables: { TOKEN: canary } } },
      { status: 200, body: { env_version: canary, restart: canary, reason: canary } },
      { status: 500, body: canary },
      { status: 403, headers: { "vendo-error-code": canary }, body: { error: canary, detail: canary } },
      refusal(503, "unavailable", { "retry-after": canary })
    ]
    const service = yield* deploymentService({ variables: { TOKEN: canary }, health: { path: "/", port: 1 } })
    const asked = (what: string) => service.asked.filter((one) => one.what === what).length
    /** Lets it ask for this twice, under this condition. */
    const twice = Effect.fnUntraced(function* (what: "environment" | "report", body: (typeof nonsense)[number]) {
      yield* service.tell({ refuse: { [what]: body } })
      const before = asked(what)
      yield* service.until(() => asked(what) >= before + 2, `asking twice: ${what}`)
      yield* service.tell({ refuse: {} })
    })
    const reported = (state: string) => service.until(({ reports }) => reports().at(-1)?.state === state, state)

    yield* service.tell({ refuse: { environment: { status: 500, body: canary } } })
    const args = ["run", "--url", service.url, "--", "tail", "-f", "/dev/null"]
    const run = yield* Effect.forkChild(
      Effect.provideService(vendo(args, { env: { VENDO_API_KEY: key } }), Pace, quickPace)
    )
    for (const body of nonsense) yield* twice("environment", body)
    yield* service.tell({ variables: { TOKEN: `${canary}\0` } })
    yield* service.until(() => asked("environment") > 14, "asking for what is unfit")
    yield* service.tell({ variables: { TOKEN: canary } })
    yield* reported("running")
    for (const body of nonsense) yield* twice("report", body)
    yield* service.tell({ restart: 1, env_version: 2 })
    for (const body of nonsense) yield* twice("environment", body)
    yield* service.until(({ reports }) => reports().at(-1)?.restart === 1, "the restart")
    yield* service.die
    yield* service.revive
    yield* service.tell({ env_version: 3 })
    yield* service.tell({ wanted: { action: "pause", reason: "a hand-over" } })
    yield* reported("paused")
    yield* service.tell({ wanted: null })
    yield* reported("running")
    yield* service.tell({ wanted: { action: "stop", reason: "enough" } })
    const { exit, stderr, stdout } = yield* Fiber.join(run)
    assert.strictEqual(exit, 0)
    assert.isAbove(stderr.split("\n").length, 10)
    assert.strictEqual(stdout, "")
    for (const line of stderr.trimEnd().split("\n")) assert.match(line, /^vendo: /)
    for (const secret of [canary, key, "k".repeat(20)]) assert.notInclude(stderr, secret)
  })
)

it.live("nor by the program itself when the system refuses to start the command with them", () =>
  Effect.gen(function* () {
    const service = yield* deploymentService({ variables: { TOKEN: canary.repeat(500_000) } })
    const run = yield* runProcess(["--url", service.url, "--", "true"])
    assert.strictEqual(yield* run.exit, 126)
    assert.strictEqual(run.stderr(), "vendo: true can not be started: E2BIG\n")
    assert.strictEqual(run.stdout(), "")
  })
)
