import { Deferred, Effect, FileSystem, Option, Schedule } from "effect"
import { spawn } from "node:child_process"
import { closeSync, fstatSync, openSync } from "node:fs"
import { type Account, environment } from "./Account.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"
import { readPidFile, shutDown, stopSurvivor } from "./Survivor.ts"

export interface Options {
  readonly program: string
  readonly dataDirectory: string
  readonly socketDirectory: string
  readonly port: number
  readonly logFile: string
  readonly account: Option.Option<Account>
  readonly settings: Readonly<Record<string, string>>
}

const defaults = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  max_connections: "100",
  log_checkpoints: "off",
  // Neither a statement nor a value bound to one may reach the log, not even in the message or the detail of an error.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0"
}

const argumentsFor = (options: Options): ReadonlyArray<string> => [
  "-D",
  options.dataDirectory,
  "-p",
  String(options.port),
  "-k",
  // This is a list; the quotes keep a comma in the path from dividing it.
  `"${options.socketDirectory.replaceAll('"', '""')}"`,
  ...Object.entries({ ...defaults, ...options.settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`])
]

const failure = Effect.fnUntraced(function* (options: Options, what: string, since = 0) {
  const fs = yield* FileSystem.FileSystem
  const log = yield* Effect.orElseSucceed(fs.readFile(options.logFile), () => new Uint8Array())
  const lines = new TextDecoder().decode(log.subarray(since)).trimEnd().split("\n").slice(-12).join("\n")
  return new EmbeddedPostgresError({ message: `Postgres ${what}. The last lines of ${options.logFile}:\n${lines}` })
})

interface Child {
  readonly pid: number | undefined
  readonly signal: (name: NodeJS.Signals) => boolean
  /** where in the log its lines begin */
  readonly logStart: number
  /** how it ended, once it has */
  readonly ended: Effect.Effect<string>
}

const spawnChild = Effect.fnUntraced(function* (options: Options, env: Readonly<Record<string, string>>) {
  const log = yield* Effect.acquireRelease(
    Effect.try({
      try: () => openSync(options.logFile, "a", 0o600),
      catch: (cause) =>
        new EmbeddedPostgresError({ message: `The log of Postgres cannot be written: ${String(cause)}` })
    }),
    (descriptor) => Effect.sync(() => closeSync(descriptor))
  )
  const logStart = fstatSync(log).size
  const ended = yield* Deferred.make<string>()
  return yield* Effect.callback<Child, EmbeddedPostgresError>((resume) => {
    const child = spawn(options.program, argumentsFor(options), {
      ...Option.getOrUndefined(options.account),
      cwd: "/",
      // A session of its own: Ctrl-C in a terminal must not reach it before our server has drained.
      detached: true,
      env,
      stdio: ["ignore", log, log]
    })
    child.once("exit", (code, signal) => Deferred.doneUnsafe(ended, Effect.succeed(signal ?? `exit code ${code}`)))
    child.on("error", ({ message }) => resume(Effect.fail(new EmbeddedPostgresError({ message }))))
    child.once("spawn", () =>
      resume(
        Effect.succeed({ pid: child.pid, logStart, signal: (name) => child.kill(name), ended: Deferred.await(ended) })
      )
    )
  })
}, Effect.scoped)

const launch = Effect.fnUntraced(function* (options: Options) {
  const stale = yield* stopSurvivor(options.dataDirectory)
  // Another program may have that pid by now, which would keep Postgres from starting. It disregards its grandparent's
  // pid in the file, and still looks for the shared memory named there, as it could not were the file removed.
  const disregard = Option.match(stale, { onNone: () => ({}), onSome: (pid) => ({ PG_GRANDPARENT_PID: String(pid) }) })
  return yield* Effect.acquireRelease(spawnChild(options, { ...environment, ...disregard }), (child) =>
    shutDown(child.signal, child.ended)
  )
})

const awaitReady = Effect.fnUntraced(function* (child: Child, options: Options) {
  const isReady = Effect.map(readPidFile(options.dataDirectory), (written) =>
    Option.exists(written, ({ isReady, pid }) => isReady && pid === child.pid)
  )
  const ready = Effect.repeat(isReady, { schedule: Schedule.spaced("10 millis"), until: (yes) => yes })
  const ended = Effect.flatMap(child.ended, (how) =>
    Effect.flip(failure(options, `did not start (${how})`, child.logStart))
  )
  yield* Effect.raceFirst(ready, ended)
})

const backoff = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

/** The processes of a killed postmaster keep its shared memory until they have noticed. */
const isPassing = (error: EmbeddedPostgresError) => error.message.includes("pre-existing shared memory block")

/**
 * Runs a postmaster until the scope closes: one that ends by itself is started again, on the same data. Answers when
 * the first accepts connections; fails when it has not within thirty seconds or its configuration is refused.
 */
export const supervise = Effect.fn("Postmaster.supervise")(function* (options: Options) {
  const firstReady = yield* Deferred.make<void, EmbeddedPostgresError>()
  const untilItEnds = Effect.scoped(
    Effect.gen(function* () {
      const child = yield* launch(options)
      yield* awaitReady(child, options)
      yield* Deferred.succeed(firstReady, undefined)
      return yield* child.ended
    })
  )
  const mayRetry = Effect.fnUntraced(function* (error: EmbeddedPostgresError) {
    const restarting = yield* Deferred.isDone(firstReady)
    if (restarting) yield* Effect.logError(error.message)
    return restarting || isPassing(error)
  })
  yield* untilItEnds.pipe(
    Effect.retry({ schedule: backoff, while: mayRetry }),
    Effect.tap((how) => Effect.logError(`Postgres ended unexpectedly (${how}); starting it again`)),
    // One that starts and then ends at once is not started in a tight loop.
    Effect.repeat(Schedule.spaced("100 millis")),
    Effect.tapCause((cause) => Deferred.failCause(firstReady, cause)),
    Effect.forkScoped
  )
  yield* Deferred.await(firstReady).pipe(
    Effect.timeoutOrElse({
      duration: "30 seconds",
      orElse: () => Effect.flip(failure(options, "did not become ready within 30 seconds"))
    })
  )
})
