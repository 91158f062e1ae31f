import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { deploymentService, refusal } from "../fixtures/deploymentService.ts"
import { key, runProcess, tool } from "../fixtures/runProcess.ts"

const at = ({ url }: { readonly url: string }) => ["--url", url, "--"]

/** A service, and a run whose command has started. */
const started = Effect.fnUntraced(function* (args: ReadonlyArray<string> = []) {
  const service = yield* deploymentService({ variables: { TOKEN: "one", PATH_LIKE: "x" } })
  const run = yield* runProcess([...at(service), ...tool(...args)])
  yield* run.untilStarted()
  yield* service.until(({ reports }) => reports().at(-1)?.state === "running", "that it runs")
  return { service, run }
})

describe("The command", () => {
  it.live("gets what the run has, what the service says instead, and its arguments as they are", () =>
    Effect.gen(function* () {
      const service = yield* deploymentService({
        variables: { TOKEN: "the service's", VENDO_API_KEY: "not this", EMPTY: "" }
      })
      const args = ["--exit", "0", "--json", "-h", "--url", "x", "--", "a b", ""]
      const run = yield* runProcess([...at(service), ...tool(...args)], {
        env: { TOKEN: "ours", OWN: "own", VENDO_ADMIN_TOKEN: "vendo_at_of_the_operator" }
      })
      assert.strictEqual(yield* run.exit, 0)
      const [told] = run.starts()
      assert.deepStrictEqual(told?.args, args)
      assert.deepStrictEqual(told?.variables, {
        TOKEN: "the service's",
        OWN: "own",
        EMPTY: "",
        VENDO_API_KEY: key,
        VENDO_BASE_URL: service.url
      })
      assert.strictEqual(run.stderr(), "")
      assert.deepStrictEqual(
        new Set(service.asked.map(({ authorization }) => authorization)),
        new Set([`Bearer ${key}`])
      )
    })
  )

  it.live("has the run's stdin and stdout", () =>
    Effect.gen(function* () {
      const service = yield* deploymentService()
      const run = yield* runProcess([...at(service), "cat"], { stdin: "through and through" })
      assert.strictEqual(yield* run.exit, 0)
      assert.strictEqual(run.stdout(), "through and through")
    })
  )

  for (const [how, code] of [
    [["--exit", "3"], 3],
    [["--die", "SIGKILL"], 137],
    [["--die", "SIGTERM"], 143]
  ] as const) {
    it.live(`ends the run with its code, and the service is told: ${how.join(" ")}`, () =>
      Effect.gen(function* () {
        const service = yield* deploymentService()
        const run = yield* runProcess([...at(service), ...tool(...how)], { patient: true })
        assert.strictEqual(yield* run.exit, code, run.stderr())
        const states = service.reports().map(({ exit_code, state }) => [state, exit_code])
        assert.deepStrictEqual(states[0], ["starting", null])
        assert.deepStrictEqual(states.at(-1), ["exited", code])
        assert.strictEqual(run.stderr(), "")
      })
    )
  }

  it.live("that is not there ends it with 127, one that is none with 126, as in a shell", () =>
    Effect.gen(function* () {
      const service = yield* deploymentService()
      const run = yield* runProcess([...at(service), "no-such-command-anywhere", "canary"])
      assert.strictEqual(yield* run.exit, 127)
      assert.strictEqual(run.stderr(), "vendo: no-such-command-anywhere: command not found\n")
      assert.strictEqual(service.reports().at(-1)?.exit_code, 127)

      const file = join(run.cwd, "file")
      writeFileSync(file, "#!/bin/sh\n")
      chmodSync(file, 0o644)
      const other = yield* runProcess([...at(service), file])
      assert.strictEqual(yield* other.exit, 126)
      assert.strictEqual(other.stderr(), `vendo: ${file} can not be started: it is not executable\n`)
    })
  )

  it.live("keeps its stderr as it was: what the run says beside it does not make it non-blocking", (context) =>
    Effect.gen(function* () {
      if (process.platform !== "linux") return context.skip("only Linux shows the flags of a descriptor")
      const service = yield* deploymentService()
      const script = "until [ -e go ]; do sleep 0.02; done; grep flags /proc/self/fdinfo/2"
      const run = yield* runProcess([...at(service), "sh", "-c", script])
      yield* service.until(({ reports }) => reports().at(-1)?.state === "running", "that it runs")
      yield* service.tell({ env_version: 2 })
      yield* run.until(() => run.stderr().includes("the variables changed"), "a line")
      writeFileSync(join(run.cwd, "go"), "")
      assert.strictEqual(yield* run.exit, 0)
      const flags = /flags:\s+(\d+)/.exec(run.stdout())?.[1]
      assert.strictEqual(Number.parseInt(flags ?? "", 8) & 0o4000, 0, run.stdout())
    })
  )
})

describe("A restart", () => {
  it.live("gives the new command the new value, and starts it when the old one is gone", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      yield* service.tell({ env_version: 2, restart: 1, variables: { TOKEN: "two" } })
      yield* service.event("deployment.restart_requested")
      yield* run.untilStarted(2)
      assert.deepStrictEqual(
        run.starts().map(({ other, variables }) => [variables?.["TOKEN"], other]),
        [
          ["one", false],
          ["two", false]
        ]
      )
      assert.deepStrictEqual(run.signals(), ["SIGTERM"])
      yield* service.until(({ reports }) => reports().at(-1)?.restart === 1, "the restart")
      assert.deepInclude(service.reports().at(-1), { state: "running", env_version: 2 })
      assert.strictEqual(new Set(service.asked.flatMap(({ run }) => run ?? [])).size, 1)
    })
  )

  it.live("kills a command that does not end when asked, and only then starts the next", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started(["--stubborn"])
      yield* service.tell({ restart: 1 })
      yield* run.untilStarted(2)
      assert.isFalse(run.starts()[1]?.other)
      assert.include(run.stderr(), "vendo: the command did not end when asked, and was killed\n")
    })
  )

  it.live("of a service that is gone when the variables are asked for takes nothing down", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      yield* service.tell({ restart: 1, refuse: { environment: refusal(503, "unavailable") } })
      yield* service.until(({ asked }) => asked.filter(({ status }) => status === 503).length > 2, "some attempts")
      yield* service.die
      yield* run.until(() => run.stderr().includes("keeps running\n"), "that it is told")
      assert.deepStrictEqual(run.signals(), [])
      yield* service.tell({ refuse: {} })
      yield* service.revive
      yield* run.untilStarted(2)
    })
  )
})

describe("A pause", () => {
  it.live("leaves no command, and after it there is a new one with fresh variables", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      yield* service.tell({ wanted: { action: "pause", reason: "telegram moves" } })
      yield* service.until(({ reports }) => reports().at(-1)?.state === "paused", "the pause")
      const gone = run.starts()[0]?.started
      assert.isDefined(gone)
      if (gone !== undefined) assert.throws(() => process.kill(gone, 0))
      yield* service.tell({ wanted: null, env_version: 2, variables: { TOKEN: "two" } })
      yield* run.untilStarted(2)
      assert.strictEqual(run.starts()[1]?.variables?.["TOKEN"], "two")
      assert.include(run.stderr(), "vendo: pausing: telegram moves\n")
    })
  )
})

describe("A stop", () => {
  it.live("because another run took over ends the run well, and says so", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      yield* service.tell({ wanted: { action: "stop", reason: "another run took over" } })
      assert.strictEqual(yield* run.exit, 0)
      assert.deepStrictEqual(run.signals(), ["SIGTERM"])
      assert.include(run.stderr(), "vendo: stopped: another run took over\n")
      assert.deepInclude(service.reports().at(-1), { state: "exited", exit_code: 0 })
    })
  )
})

describe("The service", () => {
  it.live("is waited for at the start", () =>
    Effect.gen(function* () {
      const service = yield* deploymentService()
      yield* service.die
      const run = yield* runProcess([...at(service), ...tool("--exit", "3")])
      yield* run.until(() => run.stderr().includes(`vendo: ${service.url} does not answer; trying again in`), "a word")
      yield* service.revive
      assert.strictEqual(yield* run.exit, 3)
      assert.include(run.stderr(), `vendo: ${service.url} answers again\n`)
    })
  )

  it.live("may die and come back: the command lives on, and the reports begin again", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      yield* service.die
      yield* run.until(() => run.stderr().includes("does not answer; the command keeps running"), "that it is told")
      const before = service.reports().length
      yield* service.revive
      yield* service.until(
        ({ listeners, reports }) => reports().length > before && listeners() === 1,
        "that it is back"
      )
      yield* run.until(() => run.stderr().includes("answers again"), "that it is told")
      assert.strictEqual(run.starts().length, 1)
      assert.deepStrictEqual(run.signals(), [])
      const lines = run
        .stderr()
        .split("\n")
        .filter((line) => line !== "")
      assert.deepStrictEqual(lines, [
        `vendo: ${service.url} does not answer; the command keeps running`,
        `vendo: ${service.url} answers again`
      ])
      yield* run.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 40)
    })
  )

  it.live("may be gone for good: the command's end is the run's", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      yield* service.die
      yield* run.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 40)
    })
  )

  it.live("that knows the key no more is asked on, and the command lives on", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      yield* service.tell({ refuse: { report: refusal(401, "app_revoked") } })
      yield* service.until(
        ({ asked }) => asked.filter(({ status }) => status === 401).length > 1,
        "that it is asked on"
      )
      assert.strictEqual(
        run.stderr(),
        `vendo: ${service.url} answers app_revoked: the service says app_revoked; the command keeps running\n`
      )
      yield* service.tell({ refuse: {} })
      yield* run.until(() => run.stderr().includes("answers again"), "that it is told")
      assert.deepStrictEqual(run.signals(), [])
    })
  )
})

describe("Health", () => {
  it.live("is what the command answers on its port", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(Effect.map(deploymentService(), ({ url }) => new URL(url).port))
      const service = yield* deploymentService({
        variables: { PORT: port },
        health: { path: "/healthz", port: null }
      })
      const run = yield* runProcess([...at(service), ...tool("--serve")])
      const health = (health: string) =>
        service.until(({ reports }) => reports().at(-1)?.health === health, `a report that it is ${health}`)
      yield* health("healthy")
      writeFileSync(join(run.cwd, "ill"), "")
      yield* health("unhealthy")
      yield* run.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 40)
    })
  )
})
