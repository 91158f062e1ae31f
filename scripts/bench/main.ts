/**
 * How fast a vend is, beside what it could cost at least: `node scripts/bench/main.ts --help`.
 *
 * @module
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Effect, Logger } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { BenchFailed } from "./BenchFailed.ts"
import * as Contestants from "./contestants.ts"
import * as Database from "./database.ts"
import * as Groups from "./groups.ts"
import * as Load from "./load.ts"
import { help, type Options, parse } from "./options.ts"
import * as Profile from "./profile.ts"
import * as Report from "./report.ts"
import * as Turns from "./turns.ts"

const progress = (text: string) => Effect.sync(() => console.error(text))

/** Open to others, so that the account Postgres runs as under root may enter. */
const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => {
    const directory = mkdtempSync(join(tmpdir(), "vendo-bench-"))
    chmodSync(directory, 0o755)
    return directory
  }),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

const prepare = Effect.fn("prepare")(function* (options: Options) {
  if (options.wrk && spawnSync("wrk", ["-v"]).error !== undefined) {
    return yield* new BenchFailed({ message: "wrk is not on PATH; without --wrk autocannon does its work" })
  }
  const directory = yield* temporaryDirectory
  yield* progress(`making a database of ${options.tenants} tenants`)
  const database = yield* Database.make(directory, options.tenants)
  const setting: Turns.Setting = {
    generate: options.wrk ? Load.wrk(directory) : Load.autocannon,
    connections: options.connections,
    postgres: database.pid
  }
  return { directory, database, setting, keys: database.tenants.slice(0, options.active).map(({ key }) => key) }
})

const warmUp = { label: "warm-up", rounds: 1 } as const

const compare = Effect.fn("compare")(function* (options: Options) {
  const { database, directory, keys, setting } = yield* prepare(options)
  const { seconds } = options
  const turns = yield* Effect.scoped(
    Effect.gen(function* () {
      const fixed = yield* Contestants.fixed
      const byHand = yield* Contestants.byHand(database, options.pipelined)
      const vendo = yield* Contestants.vendo(database, directory)
      const all = [fixed, byHand, vendo]
      yield* Contestants.verify(all, database)
      yield* Turns.rounds(setting, all, { ...warmUp, keys, seconds: Math.max(3, seconds) })
      const rotating = yield* Turns.rounds(setting, all, { label: "round", keys, rounds: options.rounds, seconds })
      const oneTenant = yield* Turns.rounds(setting, [byHand, vendo], {
        label: "one tenant, round",
        keys: keys.slice(0, 1),
        rounds: Math.ceil(options.rounds / 2),
        seconds
      })
      return { rotating, oneTenant }
    })
  )
  yield* progress("counting groups")
  const groups = {
    rotating: yield* Groups.measure(setting, database, { directory, keys, seconds }),
    oneTenant: yield* Groups.measure(setting, database, { directory, keys: keys.slice(0, 1), seconds })
  }
  return Report.of({ ...turns, groups, options, postgres: database.version })
})

const profile = Effect.fn("profile")(function* (options: Options, into: string) {
  mkdirSync(into, { recursive: true })
  const { database, directory, keys, setting } = yield* prepare(options)
  const before = new Set(readdirSync(into))
  const { from, until } = yield* Effect.scoped(
    Effect.gen(function* () {
      const started = performance.now()
      const flags = ["--cpu-prof", `--cpu-prof-dir=${into}`]
      const vendo = yield* Contestants.vendo(database, directory, flags)
      yield* Contestants.verify([vendo], database)
      yield* Turns.rounds(setting, [vendo], { ...warmUp, keys, seconds: 3 })
      const from = (performance.now() - started) / 1000
      yield* Turns.rounds(setting, [vendo], { label: "profile", keys, rounds: 1, seconds: options.seconds })
      return { from, until: (performance.now() - started) / 1000 }
    })
  )
  const written = readdirSync(into).find((name) => name.endsWith(".cpuprofile") && !before.has(name))
  if (written === undefined) return yield* new BenchFailed({ message: `the server left no profile in ${into}` })
  const file = join(into, written)
  return { file, hottest: Profile.hottest(file, from, until, 25) }
})

const program = Effect.gen(function* () {
  const options = yield* Effect.try({
    try: () => parse(process.argv.slice(2)),
    catch: (cause) =>
      new BenchFailed({ message: `${cause instanceof Error ? cause.message : String(cause)}; see --help` })
  })
  if (options === "help") return console.log(help)
  if (options.profile !== undefined) {
    const found = yield* profile(options, resolve(options.profile))
    return console.log(options.json ? JSON.stringify(found, null, 2) : `${Profile.text(found.hottest)}\n${found.file}`)
  }
  const report = yield* compare(options)
  console.log(options.json ? JSON.stringify(report, null, 2) : Report.text(report))
  if (report.failures > 0) return yield* new BenchFailed({ message: `${report.failures} answers were not a success` })
})

const complaint = (cause: Cause.Cause<Error>): string => {
  const failure = Cause.squash(cause)
  return failure instanceof Error && Cause.hasFails(cause) ? failure.message : Cause.pretty(cause)
}

program.pipe(
  Effect.scoped,
  Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : progress(complaint(cause)))),
  Effect.provide([NodeServices.layer, Logger.layer([])]),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
