import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Unstartable } from "../../src/run/Commands.ts"
import { away, inRun, later, refused, url } from "../fixtures/inRun.ts"

/** The seconds in which this happened. */
const when = (diary: ReadonlyArray<readonly [number, string]>, what: string) =>
  diary.flatMap(([second, entry]) => (entry === what ? [second] : []))

describe("A run begins", () => {
  it.effect("with the variables, and starts nothing before the service knows and agrees", () =>
    Effect.gen(function* () {
      const run = yield* inRun({ wanted: { action: "pause", reason: "a hand-over" } })
      assert.deepStrictEqual(run.since(), ["environment", "starting", "paused"])
      yield* run.event
      assert.deepStrictEqual(run.since(), ["paused"])
      assert.deepStrictEqual(run.lines, ["vendo: the command is not started yet: a hand-over"])
      yield* run.tell({ wanted: {} })
      assert.deepStrictEqual(run.since(), ["paused", "starting", "start with canary-1", "running"])
    })
  )

  it.effect("as late as the service wants, which is asked ever more slowly, and says so ever more rarely", () =>
    Effect.gen(function* () {
      const run = yield* inRun({ environmentFails: away })
      yield* run.wait("10 minutes")
      const asked = when(run.diary, "no environment")
      assert.deepStrictEqual(asked.slice(0, 8), [0, 1, 3, 7, 15, 31, 61, 91])
      assert.strictEqual(asked.at(-1), 571)
      assert.deepStrictEqual(
        run.lines,
        [1, 2, 8, 30, 30].map((seconds) => `vendo: ${url} does not answer; trying again in ${seconds} s`)
      )
      yield* run.tell({ environmentFails: undefined }, true)
      yield* run.wait("30 seconds")
      assert.strictEqual(run.lines.at(-1), `vendo: ${url} answers again`)
      assert.strictEqual(run.reports.at(-1)?.state, "running")
    })
  )

  it.effect("not before it is allowed to ask again", () =>
    Effect.gen(function* () {
      const run = yield* inRun({ environmentFails: later(7) })
      yield* run.wait("20 seconds")
      assert.deepStrictEqual(when(run.diary, "no environment"), [0, 8, 17])
    })
  )

  it.effect("not at all where the service refuses it, in the service's words", () =>
    Effect.gen(function* () {
      for (const failing of ["environmentFails", "reportFails"] as const) {
        const run = yield* inRun({ [failing]: refused("app_revoked") })
        assert.strictEqual(yield* run.exit, 1)
        assert.deepStrictEqual(run.lines, ["vendo: error: no\nvendo: fix: mend app_revoked"])
        assert.notInclude(run.since().join(), "start with")
      }
    })
  )

  it.effect("and ends where the command can not be started", () =>
    Effect.gen(function* () {
      const run = yield* inRun({ startFails: new Unstartable({ detail: "bot: command not found", exit: 127 }) })
      assert.strictEqual(yield* run.exit, 127)
      assert.deepStrictEqual(run.lines, ["vendo: bot: command not found"])
      assert.deepInclude(run.reports.at(-1), { state: "exited", exit_code: 127 })
    })
  )
})

describe("A run reports", () => {
  it.effect("at every change, at every event, and every 20 seconds", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      yield* run.wait("50 seconds")
      yield* run.event
      yield* run.wait("20 seconds")
      yield* run.endsWith(3)
      assert.deepStrictEqual(
        run.diary.filter(([, what]) => ["starting", "running", "exited"].includes(what)),
        [
          [0, "starting"],
          [0, "running"],
          [20, "running"],
          [40, "running"],
          [50, "running"],
          [70, "running"],
          [70, "exited"]
        ]
      )
      assert.strictEqual(yield* run.exit, 3)
    })
  )

  it.effect("its end within 5 seconds, and ends with the command's code whoever hears it", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      yield* run.tell({ reportFails: away }, true)
      yield* run.endsWith(3)
      yield* run.wait("4900 millis")
      assert.isFalse(yield* run.isOver)
      yield* run.wait("100 millis")
      assert.strictEqual(yield* run.exit, 3)
      assert.isAbove(when(run.diary, "unheard exited").length, 1)
    })
  )

  it.effect("its end at once though it was waiting to ask again, and no second longer where it is refused", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      yield* run.tell({ reportFails: away })
      yield* run.wait("2 minutes")
      yield* run.tell({ reportFails: undefined }, true)
      yield* run.endsWith(3)
      assert.deepInclude(run.reports.at(-1), { state: "exited", exit_code: 3 })
      assert.strictEqual(yield* run.exit, 3)

      const other = yield* inRun()
      yield* other.tell({ reportFails: refused("app_revoked") }, true)
      yield* other.endsWith(4)
      assert.strictEqual(yield* other.exit, 4)
      assert.deepStrictEqual(other.lines, [])
    })
  )
})

describe("A command outlives", () => {
  it.effect("a service that is away: it is asked ever more slowly, and people are told twice", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ reportFails: away })
      yield* run.wait("200 seconds")
      assert.deepStrictEqual(when(run.diary, "unheard running"), [0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181])
      assert.deepStrictEqual(run.lines, [`vendo: ${url} does not answer; the command keeps running`])
      yield* run.tell({ reportFails: undefined }, true)
      yield* run.wait("11 seconds")
      assert.strictEqual(run.lines[1], `vendo: ${url} answers again`)
      assert.deepStrictEqual(new Set(run.since()), new Set(["unheard running", "running"]))
    })
  )

  it.effect("its key: that is said once, plainly, and asked about every 30 seconds", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ reportFails: refused("app_revoked") })
      yield* run.wait("100 seconds")
      assert.deepStrictEqual(when(run.diary, "unheard running"), [0, 30, 60, 90])
      assert.deepStrictEqual(run.lines, [`vendo: ${url} answers app_revoked: no; the command keeps running`])
      yield* run.tell({ reportFails: undefined }, true)
      yield* run.wait("20 seconds")
      assert.deepStrictEqual(new Set(run.since()), new Set(["unheard running", "running"]))
    })
  )
})

describe("A restart", () => {
  it.effect("gives the new command the new variables, after the old one is gone", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ env_version: 2, restart: 1, token: "canary-2" })
      assert.deepStrictEqual(run.since(), [
        "running",
        "environment",
        "SIGTERM",
        "gone",
        "start with canary-2",
        "running"
      ])
      assert.deepInclude(run.reports.at(-1), { env_version: 2, restart: 1 })
    })
  )

  it.effect("takes no command down while the new variables can not be had", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      for (const problem of [away, refused("forbidden")]) {
        yield* run.tell({ restart: 1, token: "canary-2", environmentFails: problem })
        yield* run.wait("2 minutes")
      }
      assert.deepStrictEqual(new Set(run.since()), new Set(["running", "no environment"]))
      assert.deepStrictEqual(run.lines, [
        `vendo: ${url} does not answer; the command keeps running with the variables it has`,
        `vendo: ${url} answers forbidden: no; the command keeps running with the variables it has`
      ])
      yield* run.tell({ environmentFails: undefined })
      yield* run.wait("30 seconds")
      assert.deepStrictEqual(
        run.since().filter((what) => what !== "running"),
        ["environment", "SIGTERM", "gone", "start with canary-2"]
      )
    })
  )

  it.effect("is never made with older variables than were announced, however often they are answered", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ wanted: { env_version: 2, restart: 1 } })
      yield* run.wait("10 seconds")
      assert.deepStrictEqual(new Set(run.since()), new Set(["running", "environment"]))
      assert.isAtMost(when(run.diary, "environment").length, 6)
    })
  )

  it.effect("is no matter of newer variables alone: people are told, once", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ env_version: 2 })
      yield* run.wait("1 minute")
      assert.deepStrictEqual(new Set(run.since()), new Set(["running"]))
      assert.deepStrictEqual(run.lines, ["vendo: the variables changed; restart to apply them"])
      yield* run.tell({ env_version: 3 })
      assert.strictEqual(run.lines.length, 2)
    })
  )
})

describe("A pause", () => {
  it.effect("ends the command at once, says so until it is heard, and after it the variables are fresh", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ wanted: { action: "pause", reason: "telegram moves" }, environmentFails: away, obeys: false })
      assert.deepStrictEqual(run.since(), ["running", "SIGTERM"])
      yield* run.tell({ reportFails: away })
      yield* run.endsWith(0)
      assert.deepStrictEqual(run.since(), ["unheard running", "gone"])
      yield* run.wait("1 minute")
      assert.deepStrictEqual(new Set(run.since()), new Set(["unheard paused"]))
      yield* run.tell({ reportFails: undefined }, true)
      yield* run.wait("30 seconds")
      assert.deepStrictEqual(new Set(run.since()), new Set(["paused"]))
      assert.include(run.lines, "vendo: pausing: telegram moves")

      yield* run.tell({ wanted: {}, env_version: 2, token: "canary-2" })
      yield* run.wait("1 minute")
      assert.deepStrictEqual(new Set(run.since()), new Set(["paused", "no environment"]))
      yield* run.tell({ environmentFails: undefined }, true)
      yield* run.wait("30 seconds")
      assert.deepStrictEqual(
        run
          .since()
          .filter((what) => what !== "paused" && what !== "no environment")
          .slice(0, 4),
        ["environment", "starting", "start with canary-2", "running"]
      )
    })
  )

  it.effect("stops a restart that was under way", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ restart: 1, obeys: false })
      assert.deepStrictEqual(run.since(), ["running", "environment", "SIGTERM"])
      yield* run.tell({ wanted: { action: "pause" } })
      yield* run.endsWith(0)
      assert.deepStrictEqual(run.since(), ["running", "gone", "paused"])
    })
  )
})

describe("A stop", () => {
  it.effect("ends the command, and the run with 0 and the reason", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.tell({ wanted: { action: "stop", reason: "another run took over" } })
      assert.strictEqual(yield* run.exit, 0)
      assert.deepStrictEqual(run.since(), ["running", "SIGTERM", "gone", "exited"])
      assert.deepStrictEqual(run.lines, [
        "vendo: stopping: another run took over",
        "vendo: stopped: another run took over"
      ])
      assert.deepInclude(run.reports.at(-1), { state: "exited", exit_code: 0 })
    })
  )
})

describe("A signal", () => {
  it.effect("goes to the command, and its end is the run's", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      run.since()
      yield* run.signal("SIGUSR1")
      yield* run.signal("SIGTERM")
      assert.strictEqual(yield* run.exit, 143)
      assert.deepStrictEqual(run.since(), ["SIGUSR1", "SIGTERM", "gone", "exited"])
      // It was asked for: no failure.
      assert.deepInclude(run.reports.at(-1), { state: "exited", exit_code: 0 })
    })
  )

  it.effect("that nobody sent to the run is the command's own end", () =>
    Effect.gen(function* () {
      const run = yield* inRun()
      yield* run.signal("SIGUSR1")
      yield* run.endsWith(143)
      assert.strictEqual(yield* run.exit, 143)
      assert.deepInclude(run.reports.at(-1), { state: "exited", exit_code: 143 })
    })
  )

  it.effect("said twice is not to be ignored", () =>
    Effect.gen(function* () {
      const run = yield* inRun({ obeys: false })
      run.since()
      yield* run.signal("SIGTERM")
      yield* run.wait("1 hour")
      assert.isFalse(yield* run.isOver)
      run.since()
      yield* run.signal("SIGTERM")
      assert.strictEqual(yield* run.exit, 137)
      assert.deepStrictEqual(run.since(), ["SIGKILL", "gone", "exited"])
    })
  )

  it.effect("ends a run that waits for the service or for the end of a pause, and one that says goodbye", () =>
    Effect.gen(function* () {
      const waiting = yield* inRun({ environmentFails: away })
      yield* waiting.signal("SIGTERM")
      assert.strictEqual(yield* waiting.exit, 143)

      const pausing = yield* inRun({ wanted: { action: "pause" } })
      yield* pausing.signal("SIGINT")
      assert.strictEqual(yield* pausing.exit, 130)
      assert.deepInclude(pausing.reports.at(-1), { state: "exited", exit_code: 0 })

      const leaving = yield* inRun()
      yield* leaving.tell({ reportFails: away }, true)
      yield* leaving.endsWith(3)
      assert.isFalse(yield* leaving.isOver)
      yield* leaving.signal("SIGTERM")
      assert.strictEqual(yield* leaving.exit, 3)
    })
  )
})

describe("Health", () => {
  it.effect("is asked for every 10 seconds where the manifest says, and reported when it changes", () =>
    Effect.gen(function* () {
      const run = yield* inRun({ health: { path: "/healthz", port: null } })
      const health = () => run.reports.at(-1)?.health
      assert.strictEqual(health(), "unknown")
      yield* run.wait("10 seconds")
      assert.strictEqual(health(), "healthy")
      yield* run.tell({ isWell: false }, true)
      yield* run.wait("29 seconds")
      assert.strictEqual(health(), "healthy")
      yield* run.wait("1 second")
      assert.strictEqual(health(), "unhealthy")
      yield* run.tell({ isWell: true }, true)
      yield* run.wait("10 seconds")
      assert.strictEqual(health(), "healthy")
      assert.deepStrictEqual(when(run.diary, "probe http://127.0.0.1:8080/healthz"), [10, 20, 30, 40, 50])
      assert.deepStrictEqual(
        run.lines,
        ["healthy", "unhealthy", "healthy"].map((health) => `vendo: the command is ${health}`)
      )
    })
  )

  it.effect("of a command that is gone is asked for no more", () =>
    Effect.gen(function* () {
      const run = yield* inRun({ health: { path: "/healthz", port: 9000 } })
      yield* run.wait("10 seconds")
      yield* run.tell({ wanted: { action: "pause" } })
      run.since()
      yield* run.wait("1 minute")
      assert.deepStrictEqual(new Set(run.since()), new Set(["paused"]))
      assert.strictEqual(run.reports.at(-1)?.health, "unknown")
    })
  )
})
