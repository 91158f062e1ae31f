/** The signals that reach this process. */
import { Context, Effect, FileSystem, Layer, Queue } from "effect"
import { isatty } from "node:tty"
import { forwarded, type Signal } from "./forward.ts"

/**
 * Of proc(5), `/proc/<pid>/stat`: our process group, and the one in the foreground of our terminal. They stand after the
 * name of the program, which may hold anything. -1: there is no terminal.
 */
const isInForeground = (stat: string): boolean => {
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return foreground !== "-1" && foreground === group
}

export class Signals extends Context.Service<
  Signals,
  {
    /** The next one. */
    readonly next: Effect.Effect<Signal>
    /** Whether what a terminal sends now reaches the command by itself. */
    readonly inForeground: Effect.Effect<boolean>
  }
>()("@vendodev/cli/run/Signals") {
  /** From here on they are ours alone: whoever else listens would end the run, and not its command. */
  static readonly layer = Layer.effect(
    Signals,
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const arrived = yield* Queue.unbounded<Signal>()
      const arrive = (signal: NodeJS.Signals) => {
        const known = forwarded.find((name) => name === signal)
        if (known !== undefined) Queue.offerUnsafe(arrived, known)
      }
      yield* Effect.forEach(forwarded, (name) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            const others = process.listeners(name)
            process.removeAllListeners(name)
            process.on(name, arrive)
            return others
          }),
          (others) =>
            Effect.sync(() => {
              process.removeListener(name, arrive)
              for (const other of others) process.on(name, other)
            })
        )
      )
      return Signals.of({
        next: Queue.take(arrived),
        inForeground: fs.readFileString("/proc/self/stat").pipe(
          Effect.map(isInForeground),
          // Not every system has it: then a terminal we were started at is taken for ours.
          Effect.orElseSucceed(() => [0, 1, 2].some((descriptor) => isatty(descriptor)))
        )
      })
    })
  )
}
