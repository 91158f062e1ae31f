/**
 * Starts `vendo run` on this machine. It is a process of its own, in a group of
 * its own: it goes on when this service stops, and finds it again when it is back.
 */
import { Data, Effect, FileSystem, Option, Path, Redacted, Semaphore } from "effect"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Launcher, type Launching, type Start } from "@vendodev/broker/install/Launcher"
import type { ProcessSettings } from "../launchSettings.ts"
import { Settings } from "../Settings.ts"
import { makeRunFiles } from "./runFiles.ts"
import { serviceUrl } from "./serviceUrl.ts"

/** The `vendo` beside this server. It is not imported, but run. */
const ownProgram = fileURLToPath(new URL("../../../cli/src/main.ts", import.meta.url))

/** Nothing of the error's text, in which Node repeats what it was given. */
class Unstartable extends Data.TaggedError("Unstartable")<{ readonly code: string }> {}

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "unknown")

interface Options {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** The descriptor it prints to. */
  readonly log: number
}

/** Answers when the program runs, or can not. */
const spawned = ([file, ...args]: Words, { cwd, env, log }: Options) =>
  Effect.try({
    try: () => spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", log, log] }),
    catch: (error) => new Unstartable({ code: codeOf(error) })
  }).pipe(
    Effect.flatMap((child) =>
      Effect.callback<number, Unstartable>((resume) => {
        child.once("spawn", () => {
          child.unref()
          resume(Effect.succeed(child.pid ?? 0))
        })
        child.on("error", (error) => resume(Effect.fail(new Unstartable({ code: codeOf(error) }))))
      })
    )
  )

type Words = readonly [file: string, ...args: ReadonlyArray<string>]

const failed = (detail: string): Start => ({ state: "failed", detail })

const why: Readonly<Record<string, string>> = {
  ENOENT: "is not there",
  EACCES: "is not executable"
}

export const make = Effect.fnUntraced(function* ({ inherited, program }: ProcessSettings) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const files = yield* makeRunFiles((yield* Settings).dataDir)
  const url = yield* serviceUrl
  const here = process.cwd()
  const shown = Option.getOrElse(program, () => ownProgram)
  const turns = yield* Semaphore.make(1)

  const file: Words = Option.match(program, {
    onNone: () => [process.execPath, ownProgram],
    onSome: (file) => [file]
  })

  const start = Effect.fnUntraced(function* ({ key, launch, ...target }: Launching) {
    const args = ["run", "--", ...(launch.command ?? [])]
    const detail = `its output goes to ${files.logOf(target)}`
    if (yield* files.isRunning(target, args)) return { state: "running", detail } as const
    const cwd = path.resolve(here, launch.directory ?? ".")
    const isDirectory = Effect.map(fs.stat(cwd), ({ type }) => type === "Directory")
    if (!(yield* Effect.orElseSucceed(isDirectory, () => false))) return failed(`there is no directory ${cwd}`)
    // Node would start, and then not find it.
    if (Option.isNone(program) && !existsSync(ownProgram)) return yield* new Unstartable({ code: "ENOENT" })
    const log = yield* files.open(target)
    const env = { ...inherited, VENDO_API_KEY: Redacted.value(key), VENDO_BASE_URL: url }
    const pid = yield* spawned([...file, ...args], { cwd, env, log })
    yield* files.keep(target, pid)
    return { state: "started", detail } as const
  }, Effect.scoped)

  return Launcher.of({
    name: "process",
    starts: ({ command }) => command !== undefined,
    launch: Effect.fn("process.launch")((launching) =>
      start(launching).pipe(
        Effect.catchTags({
          Unstartable: ({ code }) =>
            Effect.succeed(
              failed(`${shown} ${why[code] ?? `can not be started: ${code}`}; VENDO_RUN_PROGRAM names it`)
            ),
          LogUnwritable: ({ log }) => Effect.succeed(failed(`${log} can not be written`))
        }),
        Effect.uninterruptible,
        turns.withPermit
      )
    ),
    // It is told to stop, and then ends by itself.
    remove: () => Effect.void
  })
})
