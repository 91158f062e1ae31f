/** What is kept of a launched process: what it prints, and its number. Nothing that was given to it. */
import { Data, Effect, FileSystem, Option, Path } from "effect"
import { closeSync, openSync } from "node:fs"
import type { Target } from "@vendodev/broker/install/Launcher"
import { run } from "../embedded/Account.ts"
import { nameOf } from "./target.ts"

/** Beyond it the next launch begins a new file, beside which the old one stays. */
const longestLog = 10 * 1024 * 1024

/**
 * Whether the process is the one that was started with these arguments: its number may have passed to another. Which
 * program it is, is not asked: a script may have left its place to what it starts.
 */
const isOf = Effect.fnUntraced(function* (pid: number, args: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  if (process.platform === "linux") {
    const found = yield* Effect.option(fs.readFileString(`/proc/${pid}/cmdline`))
    return Option.exists(found, (line) => line.endsWith(args.map((word) => `\0${word}`).join("") + "\0"))
  }
  const found = yield* Effect.option(run("/bin/ps", ["-ww", "-o", "command=", "-p", String(pid)], Option.none()))
  return Option.exists(found, (line) => line.trimEnd().endsWith(` ${args.join(" ")}`))
})

/** What it prints has nowhere to go. */
export class LogUnwritable extends Data.TaggedError("LogUnwritable")<{ readonly log: string }> {}

/** Below the data directory, for the owner of the service alone. */
export const makeRunFiles = Effect.fnUntraced(function* (dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = path.resolve(dataDir, "deployments")
  const of = (target: Target, kind: "log" | "pid") => path.join(directory, `${nameOf(target)}.${kind}`)

  return {
    logOf: (target: Target) => of(target, "log"),
    /** The descriptor of its log, to be appended to, until the scope closes. */
    open: Effect.fnUntraced(function* (target: Target) {
      const log = of(target, "log")
      const prepared = Effect.gen(function* () {
        yield* fs.makeDirectory(directory, { recursive: true })
        yield* fs.chmod(directory, 0o700)
        const size = yield* Effect.option(Effect.map(fs.stat(log), (info) => Number(info.size)))
        if (Option.exists(size, (bytes) => bytes > longestLog)) yield* fs.rename(log, `${log}.old`)
        yield* fs.writeFileString(log, "", { flag: "a", mode: 0o600 })
        yield* fs.chmod(log, 0o600)
      })
      const opened = Effect.andThen(
        prepared,
        Effect.try(() => openSync(log, "a"))
      )
      return yield* Effect.acquireRelease(
        Effect.mapError(opened, () => new LogUnwritable({ log })),
        (descriptor) => Effect.sync(() => closeSync(descriptor))
      )
    }),
    /** Its number, for `isRunning`. Who has lost it may start a second run, and that one takes over. */
    keep: (target: Target, pid: number) =>
      Effect.ignore(fs.writeFileString(of(target, "pid"), `${pid}\n`, { mode: 0o600 })),
    /** Whether what was started with these arguments runs still, whoever started it. */
    isRunning: Effect.fnUntraced(function* (target: Target, args: ReadonlyArray<string>) {
      const kept = yield* Effect.option(fs.readFileString(of(target, "pid")))
      const pid = Option.filter(Option.map(kept, Number), (pid) => Number.isSafeInteger(pid) && pid > 0)
      return Option.isSome(pid) && (yield* isOf(pid.value, args).pipe(Effect.provideService(FileSystem.FileSystem, fs)))
    })
  }
})
