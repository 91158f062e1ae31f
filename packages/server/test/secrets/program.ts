/** The server's program with arguments, each of its streams read to the end. */
import { Data, Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { createRequire } from "node:module"
import { stop } from "@vendodev/testing/ServerProcess"
import { bareEnvironment } from "@vendodev/testing/bareEnvironment"

const main = createRequire(import.meta.url).resolve("@vendodev/server/main")

export class ProgramEnded extends Data.TaggedError("ProgramEnded")<{ readonly message: string }> {}

export interface Program {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** The first match in what it printed, now or later. */
  readonly until: (pattern: RegExp) => Effect.Effect<string, ProgramEnded>
  /** How it ended, after everything it printed was read. */
  readonly ended: Effect.Effect<number | null>
}

/** Starts it. Ended the way a supervisor would when the scope closes. */
export const spawnProgram = Effect.fnUntraced(function* (
  environment: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = [],
  program = main
) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [program, ...args], {
        env: { ...bareEnvironment, PORT: "0", ...environment },
        stdio: ["ignore", "pipe", "pipe"]
      })
    ),
    (child) => stop(child)
  )
  const printed = { stdout: "", stderr: "" }
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8")
    child[name].on("data", (chunk) => (printed[name] += String(chunk)))
  }
  let closed: number | null | undefined
  child.once("close", (code) => (closed = code))

  const running: Program = {
    child,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    until: (pattern) =>
      Effect.callback((resume) => {
        const look = () => {
          const found = pattern.exec(printed.stdout + printed.stderr)
          if (found !== null) resume(Effect.succeed(found[1] ?? found[0]))
          else if (closed !== undefined) {
            const message = `ended without ${pattern}: ${printed.stdout}${printed.stderr}`
            resume(Effect.fail(new ProgramEnded({ message })))
          }
        }
        const streams = [child.stdout, child.stderr]
        streams.forEach((stream) => stream.on("data", look))
        child.once("close", () => queueMicrotask(look))
        look()
        return Effect.sync(() => streams.forEach((stream) => stream.off("data", look)))
      }),
    ended: Effect.callback((resume) => {
      if (closed !== undefined) resume(Effect.succeed(closed))
      else child.once("close", (code) => resume(Effect.succeed(code)))
    })
  }
  return running
})

/** Runs it to its end; one that starts to serve has none, and is stopped. */
export const runProgram = Effect.fnUntraced(function* (
  environment: Readonly<Record<string, string>>,
  args: ReadonlyArray<string> = [],
  of = main
) {
  const program = yield* spawnProgram(environment, args, of)
  const serves = program.until(/^Vendo is ready at/m).pipe(
    Effect.as("it serves" as const),
    Effect.catch(() => Effect.never)
  )
  const code = yield* Effect.raceFirst(program.ended, serves)
  return { code, stdout: program.stdout(), stderr: program.stderr() }
}, Effect.scoped)
