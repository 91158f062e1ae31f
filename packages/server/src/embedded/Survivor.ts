import { Effect, FileSystem, Option, Path, Schedule } from "effect"
import { run } from "./Account.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** `postmaster.pid`: its first line says which process, its eighth how far that has come. */
export const readPidFile = Effect.fnUntraced(function* (dataDirectory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const content = yield* Effect.option(fs.readFileString(path.join(dataDirectory, "postmaster.pid")))
  return Option.map(content, (text) => {
    const lines = text.split("\n")
    return { pid: Number(lines[0]), isReady: lines[7]?.trim() === "ready" }
  })
})

/**
 * Whether a process is a Postgres of this very directory: its number may have passed to another program. Linux knows its
 * working directory; elsewhere the postmaster's command line tells.
 */
const isPostgresOf = Effect.fnUntraced(function* (pid: number, dataDirectory: string) {
  const fs = yield* FileSystem.FileSystem
  if (process.platform === "linux") {
    const directory = yield* Effect.option(fs.readLink(`/proc/${pid}/cwd`))
    const program = yield* Effect.option(fs.readFileString(`/proc/${pid}/comm`))
    return Option.contains(directory, dataDirectory) && Option.contains(program, "postgres\n")
  }
  const command = yield* Effect.option(run("/bin/ps", ["-ww", "-o", "command=", "-p", String(pid)], Option.none()))
  return Option.exists(command, (line) => line.includes(`postgres -D ${dataDirectory} -p `))
})

/**
 * Asks for a fast shutdown, then for an immediate one, and leaves the rest to the kernel: after the latter two Postgres
 * recovers when it starts. Answers whether the process has ended.
 */
export const shutDown = Effect.fnUntraced(function* <R>(
  signal: (name: NodeJS.Signals) => boolean,
  ended: Effect.Effect<unknown, never, R>
) {
  return yield* Effect.findFirst(["SIGINT", "SIGQUIT", "SIGKILL"] as const, (name) =>
    Effect.ignore(Effect.try(() => signal(name))).pipe(
      Effect.andThen(Effect.timeoutOption(ended, "10 seconds")),
      Effect.map(Option.isSome)
    )
  )
}, Effect.map(Option.isSome))

/** What a killed postmaster leaves: sessions too busy to notice, whose shared memory keeps the next one from starting. */
const endOrphans = Effect.fnUntraced(function* (dataDirectory: string) {
  const fs = yield* FileSystem.FileSystem
  const names = yield* Effect.orElseSucceed(fs.readDirectory("/proc"), () => [])
  const orphans = yield* Effect.filter(names.map(Number).filter(Number.isInteger), (pid) =>
    isPostgresOf(pid, dataDirectory)
  )
  yield* Effect.forEach(orphans, (pid) => Effect.ignore(Effect.try(() => process.kill(pid, "SIGQUIT"))))
})

/**
 * Stops the postmaster of a directory which outlived the process that had started it. Answers the pid the directory's
 * `postmaster.pid` had named, which from now on is nobody's or that of another program. Fails when it does not stop.
 */
export const stopSurvivor = Effect.fn("Survivor.stopSurvivor")(function* (dataDirectory: string) {
  const written = yield* readPidFile(dataDirectory)
  if (Option.isNone(written)) return Option.none<number>()
  const { pid } = written.value
  const isAlive = isPostgresOf(pid, dataDirectory)
  if (!(yield* isAlive)) {
    yield* endOrphans(dataDirectory)
    return Option.some(pid)
  }
  yield* Effect.logInfo(`Stopping the Postgres (process ${pid}) an earlier run left in ${dataDirectory}`)
  const ended = Effect.repeat(isAlive, { schedule: Schedule.spaced("20 millis"), while: (alive) => alive })
  if (yield* shutDown((name) => process.kill(pid, name), ended)) return Option.some(pid)
  return yield* new EmbeddedPostgresError({
    message: `Postgres (process ${pid}) in ${dataDirectory} does not stop: end it.`
  })
})
