/** What can not be undone is asked about: on a terminal whoever sits there, from elsewhere it must have been said. */
import { Console, Effect, Stdio } from "effect"
import { Flag, Prompt, TerminalCapabilities } from "effect/cli"
import { exits, Failure, Told } from "./Failure.ts"
import { Json } from "./flags.ts"

export const yesFlag = Flag.Boolean("yes").pipe(
  Flag.withDescription("Do it without asking"),
  Flag.withoutNegation,
  Flag.withDefault(false)
)

interface Asking {
  /** What would be done: `removing telegram/work`. */
  readonly doing: string
  /** What it hits, shown before the question. */
  readonly hits: string
  readonly question: string
  /** What is said after a no. */
  readonly left: string
  /** How to have it done where nobody can be asked. */
  readonly fix: string
}

/** Goes on after a yes, and only then. */
export const confirmed = Effect.fn("confirmed")(function* ({ doing, fix, hits, left, question }: Asking) {
  const stdio = yield* Stdio.Stdio
  const { canPrompt } = yield* TerminalCapabilities.TerminalCapabilities
  // The question is written to stdout, where a program may be reading.
  if ((yield* Json) || !canPrompt || !(yield* stdio.stdinIsTerminal)) {
    const detail = `${doing} can not be undone, and there is no terminal to ask on`
    return yield* new Failure({ code: "usage", detail, fix })
  }
  yield* Console.log(hits)
  if (yield* Prompt.Confirm({ message: question })) return
  yield* Console.error(left)
  return yield* new Told({ exit: exits.refused })
})
