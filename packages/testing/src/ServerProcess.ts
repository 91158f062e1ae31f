/** The real server as a process of its own, on a port the system chose. */
import { Data, Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { createRequire } from "node:module"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { bareEnvironment } from "./bareEnvironment.ts"

const main = join(dirname(createRequire(import.meta.url).resolve("@vendodev/server/main")), "main.ts")

/** The server ended before it was ready. */
export class ServerExited extends Data.TaggedError("ServerExited")<{ readonly message: string }> {}

export interface ServerProcess {
  readonly child: ChildProcess
  readonly baseUrl: string
  readonly port: number
  readonly dataDir: string
  /** Everything it printed so far. */
  readonly output: () => string
}

/** Starts the server and waits until it says it is ready. Killed when the scope closes. It launches nothing unless told to. */
export const start = Effect.fn("ServerProcess.start")(function* (
  environment: Readonly<Record<string, string>>,
  options?: { readonly dataDir?: string }
) {
  const dataDir = options?.dataDir ?? (yield* temporaryDirectory)
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [main], {
        env: { ...bareEnvironment, PORT: "0", VENDO_DATA_DIR: dataDir, VENDO_LAUNCHER: "none", ...environment },
        stdio: ["ignore", "pipe", "pipe"]
      })
    ),
    (child) => stop(child)
  )
  let output = ""
  child.stdout.on("data", (chunk) => (output += String(chunk)))
  child.stderr.on("data", (chunk) => (output += String(chunk)))
  const baseUrl = yield* Effect.callback<string, ServerExited>((resume) => {
    child.stdout.on("data", () => {
      const found = /^Vendo is ready at (\S+)/m.exec(output)?.[1]
      if (found !== undefined) resume(Effect.succeed(found))
    })
    child.once("exit", (code) =>
      resume(Effect.fail(new ServerExited({ message: `the server exited with ${code}:\n${output}` })))
    )
  })
  const server: ServerProcess = { child, baseUrl, port: Number(new URL(baseUrl).port), dataDir, output: () => output }
  return server
})

/** Runs the server's program to its end, for starts that must be refused. */
export const run = Effect.fn("ServerProcess.run")(function* (
  environment: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = []
) {
  return yield* Effect.callback<{ readonly code: number | null; readonly output: string }>((resume) => {
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...bareEnvironment, PORT: "0", ...environment },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let output = ""
    child.stdout.on("data", (chunk) => (output += String(chunk)))
    child.stderr.on("data", (chunk) => (output += String(chunk)))
    child.once("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })
})

/** Ends it the way a supervisor would, and waits. */
export const stop = (child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.succeed(child.exitCode))
    child.once("exit", (code) => resume(Effect.succeed(code)))
    child.kill(signal)
  })

/** Open to other users, so that the account Postgres runs as under root may enter. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => {
    const directory = mkdtempSync(join(tmpdir(), "vendo-"))
    chmodSync(directory, 0o755)
    return directory
  }),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)
