/** What a run says is said on stderr, in lines that can be told from those of its command. */
import { Context, Effect, Option, Schedule } from "effect"
import { writeSync } from "node:fs"
import { plain } from "../table.ts"

const stderr = 2

/** A reader that is behind is waited for, though not for long: the command matters more than what is said of it. */
const patience = Schedule.upTo(Schedule.spaced("50 millis"), { times: 10 })

/**
 * Written to the descriptor itself. The command shares it, and a stream that Node makes of it while the command runs
 * switches it to non-blocking, which programs that are not written in Node take for a fault.
 */
const write = (text: string) =>
  Effect.try({
    try: () => writeSync(stderr, text),
    catch: (error) => (error instanceof Error && "code" in error ? String(error.code) : "")
  }).pipe(
    Effect.retry({ schedule: patience, while: (code) => code === "EAGAIN" }),
    // Nobody reads it any more.
    Effect.ignore
  )

/** Where lines go. */
export const Stderr = Context.Reference<(text: string) => Effect.Effect<void>>("@vendodev/cli/run/Stderr", {
  defaultValue: () => write
})

/** Says it, every line of it with our name in front. */
export const say = Effect.fnUntraced(function* (text: string) {
  const write = yield* Stderr
  yield* write(
    text
      .split("\n")
      .map((line) => `vendo: ${plain(line)}\n`)
      .join("")
  )
})

/** The reason, if there is one. */
export const because = (text: string, reason: string | null | undefined): string =>
  Option.match(Option.fromNullishOr(reason), { onNone: () => text, onSome: (reason) => `${text}: ${reason}` })
