import { assert, describe, it, type TestContext } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { deploymentService } from "../fixtures/deploymentService.ts"
import { runProcess, tool } from "../fixtures/runProcess.ts"

/** A service, and a run of the command that tells of itself, below another program if that is wanted. */
const started = Effect.fnUntraced(function* (
  args: ReadonlyArray<string> = [],
  below?: (command: ReadonlyArray<string>) => ReadonlyArray<string>
) {
  const service = yield* deploymentService()
  const run = yield* runProcess(["--url", service.url, "--", ...tool(...args)], below === undefined ? {} : { below })
  yield* run.untilStarted()
  yield* service.until(({ reports }) => reports().at(-1)?.state === "running", "that it runs")
  return { service, run }
})

const can = (file: string, args: ReadonlyArray<string>) => spawnSync(file, args, { stdio: "ignore" }).status === 0

describe("A signal", () => {
  it.live("reaches the command once, whichever it is", () =>
    Effect.gen(function* () {
      const { run, service } = yield* started()
      const sent: Array<string> = []
      for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const) {
        yield* run.kill(signal)
        sent.push(signal)
        yield* run.until(() => run.signals().length >= sent.length, signal)
      }
      yield* run.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 40)
      assert.deepStrictEqual(run.signals(), [...sent, "SIGTERM"])
      assert.deepInclude(service.reports().at(-1), { state: "exited", exit_code: 40 })
      assert.strictEqual(run.stderr(), "")
    })
  )

  for (const [signal, code] of [
    ["SIGINT", 41],
    ["SIGQUIT", 43]
  ] as const) {
    it.live(`that ends the command ends the run with its code: ${signal}`, () =>
      Effect.gen(function* () {
        const { run, service } = yield* started()
        yield* run.kill(signal)
        assert.strictEqual(yield* run.exit, code)
        assert.deepStrictEqual(run.signals(), [signal])
        assert.deepInclude(service.reports().at(-1), { state: "exited", exit_code: code })
      })
    )
  }

  it.live("said twice kills a command that will not end", () =>
    Effect.gen(function* () {
      const { run } = yield* started(["--stubborn"])
      yield* run.kill("SIGTERM")
      yield* run.until(() => run.signals().length === 1, "the first")
      yield* run.kill("SIGINT")
      assert.strictEqual(yield* run.exit, 137)
      assert.deepStrictEqual(run.signals(), ["SIGTERM"])
    })
  )

  it.live("ends a run that waits for the service", () =>
    Effect.gen(function* () {
      const service = yield* deploymentService()
      yield* service.die
      const run = yield* runProcess(["--url", service.url, "--", ...tool()])
      yield* run.until(() => run.stderr().includes("trying again"), "a word")
      yield* run.kill("SIGTERM")
      assert.strictEqual(yield* run.exit, 143)
      assert.deepStrictEqual(run.told(), [])
    })
  )
})

describe("At a terminal", () => {
  const quoted = (words: ReadonlyArray<string>) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ")
  /** util-linux's: a terminal of its own, with the run in its foreground and our pipe for a keyboard. */
  const terminal = (command: ReadonlyArray<string>) => ["script", "-qec", `exec ${quoted(command)}`, "/dev/null"]
  const skips = ({ skip }: TestContext) => {
    if (process.platform !== "linux" || !can("script", ["--version"])) skip("there is no script(1) of util-linux here")
  }
  const press = (
    run: { readonly child: { readonly stdin: { write: (text: string) => unknown } | null } },
    key: string
  ) => Effect.sync(() => void run.child.stdin?.write(key))

  it.live("Ctrl-C reaches the command once, and its end is the run's", (context) =>
    Effect.gen(function* () {
      skips(context)
      const { run, service } = yield* started([], terminal)
      yield* press(run, "\u0003")
      assert.strictEqual(yield* run.exit, 41, run.stdout())
      assert.deepStrictEqual(run.signals(), ["SIGINT"])
      assert.deepInclude(service.reports().at(-1), { state: "exited", exit_code: 41 })
    })
  )

  it.live("Ctrl-C is no end to a command that makes something else of it, however often it comes", (context) =>
    Effect.gen(function* () {
      skips(context)
      const { run, service } = yield* started(["--stubborn"], terminal)
      for (const count of [1, 2, 3]) {
        yield* press(run, "\u0003")
        yield* run.until(() => run.signals().length >= count, `Ctrl-C ${count}`)
      }
      const reports = service.reports().length
      yield* service.until((service) => service.reports().length > reports + 1, "that it runs on")
      assert.deepStrictEqual(run.signals(), ["SIGINT", "SIGINT", "SIGINT"])
      assert.strictEqual(service.reports().at(-1)?.state, "running")
      yield* service.tell({ wanted: { action: "stop" } })
      assert.strictEqual(yield* run.exit, 0)
    })
  )

  it.live("Ctrl-C ends a run that has no command yet", (context) =>
    Effect.gen(function* () {
      skips(context)
      const service = yield* deploymentService()
      yield* service.die
      const run = yield* runProcess(["--url", service.url, "--", ...tool()], { below: terminal })
      yield* run.until(() => run.stdout().includes("trying again"), "a word")
      yield* press(run, "\u0003")
      assert.strictEqual(yield* run.exit, 130)
    })
  )
})

describe("As PID 1", () => {
  const alone = ["--fork", "--pid", "--mount-proc", "--kill-child"]
  /** A namespace of its own, in which the run is the first process: as in a container. */
  const first = (command: ReadonlyArray<string>) => ["unshare", ...alone, ...command]
  const skips = ({ skip }: TestContext) => {
    if (process.platform !== "linux" || !can("unshare", [...alone, "true"])) {
      skip("no process namespace can be made here: that takes Linux, unshare(1) and the right to")
    }
  }

  it.live("it obeys signals, hands them on, and ends as its command does", (context) =>
    Effect.gen(function* () {
      skips(context)
      const { run, service } = yield* started([], first)
      // unshare(1) keeps the signals it gets to itself.
      const child = Number(spawnSync("pgrep", ["-P", String(run.child.pid)], { encoding: "utf8" }).stdout.trim())
      assert.isAbove(child, 1)
      process.kill(child, "SIGTERM")
      assert.strictEqual(yield* run.exit, 40)
      assert.deepStrictEqual(run.signals(), ["SIGTERM"])
      assert.deepInclude(service.reports().at(-1), { state: "exited", exit_code: 40 })
    })
  )

  it.live("it restarts its command, and ends when it is to stop", (context) =>
    Effect.gen(function* () {
      skips(context)
      const { run, service } = yield* started([], first)
      yield* service.tell({ restart: 1 })
      yield* run.untilStarted(2)
      assert.isFalse(run.starts()[1]?.other)
      yield* service.tell({ wanted: { action: "stop", reason: "enough" } })
      assert.strictEqual(yield* run.exit, 0)
    })
  )
})
