/**
 * How fast a vend is, beside what it could cost at least: `node scripts/bench/main.ts --help`.
 *
 * @module
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect, Logger } from "effect"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { BenchFailed } from "./BenchFailed.ts"
import * as Contests from "./contests.ts"
import * as Database from "./database.ts"
import * as Load from "./load.ts"
import { help, type Options, parse } from "./options.ts"
import * as Profile from "./profile.ts"
import * as Report from "./report.ts"
import * as ReportText from "./reportText.ts"
import * as Upstream from "./upstream.ts"

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
  const active = database.tenants.slice(0, options.active)
  const upstream = yield* Upstream.start(active.map(({ account }) => account))
  const setting = {
    generate: options.wrk ? Load.wrk(directory) : Load.autocannon,
    connections: options.connections,
    postgres: database.pid
  }
  const ground: Contests.Ground = { directory, database, upstream, setting, active }
  return ground
})

const compare = Effect.fn("compare")(function* (options: Options) {
  const ground = yield* prepare(options)
  const { hit, static: pasted } = Contests.contests
  const findings = yield* Effect.forEach(options.hit ? [hit] : [pasted, hit], (contest) =>
    Contests.run(contest, ground, options)
  )
  return Report.of({ findings, options, postgres: ground.database.version })
})

const profile = Effect.fn("profile")(function* (options: Options, into: string) {
  mkdirSync(into, { recursive: true })
  const ground = yield* prepare(options)
  const before = new Set(readdirSync(into))
  const contest = Contests.contests[options.hit ? "hit" : "static"]
  const flags = ["--cpu-prof", `--cpu-prof-dir=${into}`]
  const { from, until } = yield* Contests.runAlone(contest, ground, options, flags)
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
  console.log(options.json ? JSON.stringify(report, null, 2) : ReportText.of(report))
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
