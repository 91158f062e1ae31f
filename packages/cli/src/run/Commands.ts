/**
 * The command of a run as a process: started, signalled, stopped, and what it ends with. By Node's own means: of a process
 * that a signal ended, effect's say so in prose alone.
 */
import { Context, Data, Deferred, Effect, Layer, Record, Redacted, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import type { Environment } from "@vendodev/domain/Deployment"
import { exitOf } from "./forward.ts"
import { Inherited } from "./Inherited.ts"
import { Pace } from "./Pace.ts"

/** A command and its arguments, as they were written. */
export type Line = readonly [file: string, ...args: ReadonlyArray<string>]

export class Unstartable extends Data.TaggedError("Unstartable")<{
  readonly detail: string
  /** As a shell ends in its place. */
  readonly exit: 126 | 127
}> {}

export interface Running {
  /** What it ends with; of one that a signal ended, as a shell counts it. */
  readonly exit: Effect.Effect<number>
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Asks it to end and, after a while, sees to it. Answers whether it had to be killed. */
  readonly stop: Effect.Effect<boolean>
}

/** Nothing of the error's text, in which Node repeats what it was given. */
const unstartable = (file: string, error: unknown) => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
  if (code === "ENOENT") return new Unstartable({ detail: `${file}: command not found`, exit: 127 })
  const why = code === "EACCES" ? "it is not executable" : code
  return new Unstartable({ detail: `${file} can not be started: ${why}`, exit: 126 })
}

const spawned = ([file, ...args]: Line, env: NodeJS.ProcessEnv) =>
  Effect.try({
    try: () => spawn(file, args, { env, stdio: "inherit" }),
    catch: (error) => unstartable(file, error)
  }).pipe(
    Effect.flatMap((child) =>
      Effect.callback<ChildProcess, Unstartable>((resume) => {
        child.once("spawn", () => resume(Effect.succeed(child)))
        // Later ones are about signals it could not be sent.
        child.on("error", (error) => resume(Effect.fail(unstartable(file, error))))
      })
    )
  )

export class Commands extends Context.Service<
  Commands,
  {
    /** It is stopped when the scope closes, if it still runs then. */
    readonly start: (
      line: Line,
      variables: Environment["variables"]
    ) => Effect.Effect<Running, Unstartable, Scope.Scope>
  }
>()("@vendodev/cli/run/Commands") {
  static readonly layer = Layer.effect(
    Commands,
    Effect.gen(function* () {
      const inherited = yield* Inherited
      const { grace } = yield* Pace

      const running = Effect.fnUntraced(function* (line: Line, variables: Environment["variables"]) {
        const ended = yield* Deferred.make<number>()
        // What manages the installation is no tool's, whoever's shell this is.
        const { VENDO_ADMIN_TOKEN: _, VENDO_API_KEY, ...own } = Redacted.value(inherited)
        const child = yield* spawned(line, { ...own, ...Record.map(variables, Redacted.value), VENDO_API_KEY })
        child.once("exit", (code, signal) =>
          Deferred.doneUnsafe(ended, Effect.succeed(code ?? (signal === null ? 1 : exitOf(signal))))
        )
        const exit = Deferred.await(ended)
        const signal = (signal: NodeJS.Signals) => Effect.sync(() => void child.kill(signal))
        const killed = Effect.as(Effect.andThen(signal("SIGKILL"), exit), true)
        const stop = Effect.andThen(
          signal("SIGTERM"),
          Effect.timeoutOrElse(Effect.as(exit, false), { duration: grace, orElse: () => killed })
        )
        return { exit, signal, stop }
      })

      return Commands.of({
        start: (line, variables) => Effect.acquireRelease(running(line, variables), ({ stop }) => stop)
      })
    })
  )
}
