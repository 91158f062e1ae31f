/** Processes of the benchmark: pinned where that can be, ended when the scope closes. */
import { Effect } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { availableParallelism } from "node:os"
import { BenchFailed } from "./BenchFailed.ts"

/** Servers and load generator each get a core of their own; Postgres takes what is left of both. */
export const cores = { server: 0, generator: 1 } as const

export const canPin: boolean =
  availableParallelism() > 1 && spawnSync("taskset", ["-c", "0,1", "true"], { stdio: "ignore" }).status === 0

interface Command {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly core: number
}

/** `taskset` becomes the program it starts, so the process is the same one. */
const start = ({ args, core, env, program }: Command): ChildProcess => {
  const [file = program, ...rest] = canPin ? ["taskset", "-c", String(core), program, ...args] : [program, ...args]
  return spawn(file, rest, { env: { PATH: process.env["PATH"], ...env }, stdio: ["pipe", "pipe", "pipe"] })
}

const ended = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

const stop = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (ended(child)) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGTERM")
  }).pipe(Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.sync(() => child.kill("SIGKILL")) }))

export interface Server {
  readonly name: string
  readonly pid: number
  readonly url: string
}

/** Starts a server and waits until it prints where it is ready. */
export const serve = Effect.fn("children.serve")(function* (
  name: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>
) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => start({ program: process.execPath, args, env, core: cores.server })),
    stop
  )
  return yield* Effect.callback<Server, BenchFailed>((resume) => {
    let output = ""
    const onData = (chunk: Buffer) => {
      output = (output + String(chunk)).slice(-10_000)
      const url = /ready at (\S+)/.exec(output)?.[1]
      if (url !== undefined) resume(Effect.succeed({ name, pid: child.pid ?? 0, url }))
    }
    child.stdout?.on("data", onData)
    child.stderr?.on("data", onData)
    child.once("error", ({ message }) => resume(Effect.fail(new BenchFailed({ message }))))
    child.once("exit", (code) =>
      resume(Effect.fail(new BenchFailed({ message: `${name} ended with ${code}:\n${output}` })))
    )
  })
})

/** Runs a program to its end and answers what it printed. `watch` is told its process. */
export const run = (
  command: Command,
  input: string,
  watch: (pid: number) => void = () => undefined
): Effect.Effect<string, BenchFailed> =>
  Effect.callback<string, BenchFailed>((resume) => {
    const child = start(command)
    let output = ""
    let complaints = ""
    child.stdout?.on("data", (chunk) => (output += String(chunk)))
    child.stderr?.on("data", (chunk) => (complaints += String(chunk)))
    child.once("error", ({ message }) => resume(Effect.fail(new BenchFailed({ message }))))
    child.once("close", (code) =>
      resume(
        code === 0
          ? Effect.succeed(output)
          : Effect.fail(new BenchFailed({ message: `${command.program} ended with ${code}:\n${complaints || output}` }))
      )
    )
    child.stdin?.end(input)
    if (child.pid !== undefined) watch(child.pid)
    return stop(child)
  })
