/** Deployments with real runs of them, as somebody at a terminal restarts, changes and hands them over. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { installed, ok, report, run, running } from "./fixtures/installed.ts"
import { runProcess, tool } from "./fixtures/runProcess.ts"
import { botToken, Started } from "./fixtures/Started.ts"

const token = "TELEGRAM_BOT_TOKEN"

/** Until the service has heard that its command runs. */
const untilRunning = (env: Readonly<Record<string, string>>) =>
  Effect.repeat(ok(["deployment", "show", "one-bot"], { env }), {
    schedule: Schedule.spaced("50 millis"),
    until: (shown) => /^status +running$/m.test(shown)
  })

/** Processes that start processes, on a machine that may have little time for them. */
const patience = 180_000

layer(Started.layer, { timeout: "60 seconds", excludeTestServices: true })("vendo", (it) => {
  it.effect(
    "moves a bot from one running command to another, which have it one after the other",
    () =>
      Effect.gen(function* () {
        const { credential, env, one, two } = yield* installed
        const first = yield* runProcess(["--", ...tool()], { env: one.env })
        const second = yield* runProcess(["--", ...tool()], { env: two.env })
        yield* first.untilStarted()
        yield* second.untilStarted()
        assert.strictEqual(first.starts()[0]?.variables?.[token], credential)
        assert.notProperty(second.starts()[0]?.variables ?? {}, token)

        const moved = yield* ok(["binding", "move", "telegram", "--to", "two-bot"], { env })
        assert.match(moved, /^state +moved: its old consumer stopped using it$/m)
        yield* second.untilStarted(2)
        yield* first.untilStarted(2)
        assert.strictEqual(second.starts()[1]?.variables?.[token], credential)
        assert.notProperty(first.starts()[1]?.variables ?? {}, token)
        // Each command ends before the next of its run begins; the first had ended before the bot was moved at all.
        assert.deepStrictEqual(first.signals(), ["SIGTERM"])
        assert.isTrue([...first.starts(), ...second.starts()].every(({ other }) => other !== true))
      }),
    patience
  )

  it.effect(
    "restarts a running command with what was set, which nothing prints",
    () =>
      Effect.gen(function* () {
        const { env, one } = yield* installed
        const command = yield* runProcess(["--", ...tool()], { env: one.env })
        yield* command.untilStarted()
        const set = yield* run(["env", "set", "GREETING", "--deployment", "one-bot"], { env, stdin: "hello_unsaid\n" })
        assert.deepStrictEqual([set.exit, set.stderr], [0, "Restart to apply it: vendo deployment restart one-bot\n"])
        assert.notInclude(set.stdout, "_unsaid")
        assert.match(
          yield* ok(["deployment", "show", "one-bot"], { env }),
          /^status +running; restart to apply what changed$/m
        )
        assert.notMatch(yield* ok(["deployment", "show", "one-bot"], { env }), /^restart /m)
        assert.strictEqual(yield* ok(["deployment", "restart", "one-bot"], { env }), "one-bot is restarting")
        yield* command.untilStarted(2)
        assert.strictEqual(command.starts()[1]?.variables?.["GREETING"], "hello_unsaid")
        assert.match(yield* ok(["deployment", "stop", "one-bot"], { env }), /^one-bot is stop/)
        assert.strictEqual(yield* command.exit, 0)
        assert.match(yield* ok(["deployment", "show", "one-bot"], { env }), /^status +stopped$/m)
        // Nobody but a person starts it here, and then it may stay.
        const started = yield* run(["deployment", "start", "one-bot"], { env })
        assert.deepStrictEqual([started.exit, /Start it with its key:/.test(started.stderr)], [0, true], started.stderr)
        const next = yield* runProcess(["--", ...tool()], { env: one.env })
        yield* next.untilStarted()
        yield* ok(["deployment", "stop", "one-bot"], { env })
        assert.strictEqual(yield* next.exit, 0)
      }),
    patience
  )

  it.effect(
    "says what to restart after a change of what is bound, where that would change anything",
    () =>
      Effect.gen(function* () {
        const { env, one } = yield* installed
        const hint = "Restart to apply it: vendo deployment restart one-bot\n"
        const saying = (args: ReadonlyArray<string>, stdin = "") =>
          Effect.map(run(args, { env, stdin }), ({ exit, stderr }) => [exit, stderr])
        yield* ok(["app", "create", "plain-app"], { env })
        yield* ok(["connection", "create", "telegram", "--name", "other"], { env, stdin: `${botToken()}\n` })
        const bind = (app: string) => ["binding", "set", "telegram", "--app", app, "--connection", "telegram/other"]
        // No deployment, and one that does not run.
        assert.deepStrictEqual(yield* saying(bind("plain-app")), [0, ""])
        yield* ok(["binding", "remove", "telegram", "--app", "plain-app"], { env })
        assert.deepStrictEqual(yield* saying(bind("two-bot")), [0, ""])
        yield* ok(["binding", "remove", "telegram", "--app", "two-bot"], { env })

        const command = yield* runProcess(["--", ...tool()], { env: one.env })
        yield* command.untilStarted()
        yield* untilRunning(env)
        assert.deepStrictEqual(yield* saying(bind("one-bot")), [0, hint])

        // Without a credential that has one consumer it starts anew by itself, perhaps before anybody could say to.
        const removing = Effect.fnUntraced(function* (args: ReadonlyArray<string>, starts: number) {
          const { exit, stderr } = yield* run(args, { env })
          assert.strictEqual(exit, 0, stderr)
          assert.include(["", hint], stderr)
          yield* command.untilStarted(starts)
          assert.notProperty(command.starts()[starts - 1]?.variables ?? {}, token)
        })
        yield* removing(["binding", "remove", "telegram", "--app", "one-bot"], 2)
        yield* ok(bind("one-bot"), { env })
        yield* removing(["connection", "remove", "telegram/other", "--yes"], 3)
      }),
    patience
  )

  it.effect(
    "sets variables from a pipe, a variable or an argument that says so, and shows one alone when asked",
    () =>
      Effect.gen(function* () {
        const { credential, env } = yield* installed
        const at = ["--app", "one-bot"]
        yield* ok(["env", "set", "PIPED", ...at], { env, stdin: "piped_unsaid\n" })
        yield* ok(["env", "set", "NAMED", "--from-env", "MINE", ...at], { env: { ...env, MINE: "named_unsaid" } })
        yield* ok(["env", "set", "SAID", "--value", "", ...at], { env })
        const list = yield* ok(["env", "list", ...at], { env })
        assert.match(list, /^PIPED +•••• +you$/m)
        assert.match(list, /^TELEGRAM_BOT_TOKEN +•••• +telegram$/m)
        assert.notInclude(list, "_unsaid")
        assert.notInclude(list, credential)
        assert.strictEqual(yield* ok(["env", "reveal", "PIPED", ...at], { env }), "piped_unsaid")
        assert.strictEqual(yield* ok(["env", "reveal", token, ...at], { env }), credential)
        assert.strictEqual(yield* ok(["env", "reveal", "SAID", ...at], { env }), "")
        yield* ok(["env", "unset", "PIPED", "NAMED", "NEVER", ...at], { env })
        const gone = yield* run(["env", "reveal", "PIPED", ...at], { env })
        assert.include(gone.stderr, "`vendo env list --deployment one-bot`")
        assert.deepStrictEqual([gone.exit, gone.stdout], [1, ""])
        const derived = yield* run(["env", "set", token, ...at], { env, stdin: "x_unsaid" })
        assert.strictEqual(derived.exit, 1)
        assert.notInclude(derived.stdout + derived.stderr, "_unsaid")
      }),
    patience
  )

  it.effect(
    "says whom it waits for; who stops waiting stops nothing, and is told how to",
    () =>
      Effect.gen(function* () {
        const { env, one } = yield* installed
        const id = crypto.randomUUID()
        yield* report(one.key, id, "running")
        const waiting = yield* running(["binding", "move", "telegram", "--to", "two-bot"], env)
        yield* waiting.until(/^waiting for one-bot to let go of telegram \(2 s\)$/m)
        yield* waiting.until(/^waiting for one-bot to let go of telegram \(4 s\)$/m)
        yield* waiting.interrupt
        assert.strictEqual(yield* waiting.ended, 130)
        const [, handOver = ""] =
          /it goes on without you; to call it off: vendo binding cancel-move (\S+)$/m.exec(waiting.said()) ?? []
        assert.include(yield* report(one.key, id, "running"), `"pause"`)

        const again = yield* running(["binding", "move", "telegram", "--to", "two-bot", "--json"], env)
        yield* again.until(/^waiting for one-bot/m)
        assert.match(yield* ok(["binding", "cancel-move", handOver], { env }), /^state +cancelled: it was cancelled$/m)
        assert.strictEqual(yield* again.ended, 1)
        assert.match(again.said(), /"state": "cancelled"/)
        assert.include(yield* report(one.key, id, "running"), `"run"`)

        const forced = yield* ok(["binding", "move", "telegram", "--to", "two-bot", "--from", "one-bot", "--force"], {
          env
        })
        assert.match(forced, /^state +moved: by force: its old consumer may still be using it$/m)
        const late = yield* run(["binding", "cancel-move", /^hand-over +(\S+)$/m.exec(forced)?.[1] ?? ""], { env })
        assert.strictEqual(late.exit, 1)
      }),
    patience
  )
})
