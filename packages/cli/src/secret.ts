/**
 * A secret comes from a named environment variable, a pipe or a hidden prompt.
 * Never from an argument: those end up in the shell's history and in `ps`.
 */
import { Config, Effect, Option, Redacted, Stdio, Stream } from "effect"
import { Prompt, TerminalCapabilities } from "effect/cli"
import { Failure } from "./Failure.ts"
import { shown } from "./shown.ts"

const usage = (detail: string, fix: string) => new Failure({ code: "usage", detail, fix })

/** The value of an environment variable; unset and blank are the same. */
export const fromVariable = Effect.fn("secret.fromVariable")(function* (name: string) {
  const value = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? yield* Effect.orDie(Config.option(Config.Redacted(name)))
    : Option.none()
  return Option.filter(value, (secret) => Redacted.value(secret).trim() !== "")
})

/** The value of the variable that was named, which must be set. */
export const named = Effect.fn("secret.named")(function* (name: string) {
  const found = yield* fromVariable(name)
  if (Option.isSome(found)) return found.value
  return yield* usage(
    `no environment variable called ${shown(name)} is set`,
    "name one that holds the secret, without the $: --from-env TELEGRAM_BOT_TOKEN"
  )
})

/** What came through a pipe, unless that was nothing. */
const arrived = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const text = yield* Stream.mkString(Stream.decodeText(stdio.stdin)).pipe(Effect.orDie)
  const secret = text.replace(/\r?\n$/, "")
  return secret.trim() === "" ? Option.none() : Option.some(Redacted.make(secret))
})

const piped = Effect.gen(function* () {
  const secret = yield* arrived
  if (Option.isSome(secret)) return secret.value
  return yield* usage("nothing came on stdin", "pipe the secret in, or name a variable with --from-env")
})

const prompted = (question: string) =>
  Effect.gen(function* () {
    const { canPrompt } = yield* TerminalCapabilities.TerminalCapabilities
    // The prompt is written to stdout, where a program may be reading.
    if (canPrompt) return yield* Prompt.Password({ message: question })
    return yield* usage("there is no terminal to ask for the secret", "pipe it in, or name a variable with --from-env")
  })

/** The secret that was named, else piped, else typed in unseen. */
export const readSecret = Effect.fn("secret.readSecret")(function* (from: Option.Option<string>, question: string) {
  if (Option.isSome(from)) return yield* named(from.value)
  const stdio = yield* Stdio.Stdio
  return yield* (yield* stdio.stdinIsTerminal) ? prompted(question) : piped
})

/** The secret that was named, or else piped; none where the service makes one, and nobody is asked. */
export const readIfGiven = Effect.fn("secret.readIfGiven")(function* (from: Option.Option<string>) {
  if (Option.isSome(from)) return Option.some(yield* named(from.value))
  const stdio = yield* Stdio.Stdio
  return yield* (yield* stdio.stdinIsTerminal) ? Effect.succeedNone : arrived
})

/** A token as it can stand in a header; one that can not is refused before it is sent. */
export const asToken = Effect.fn("secret.asToken")(function* (secret: Redacted.Redacted, from: string) {
  const text = Redacted.value(secret).trim()
  if (/^[\x21-\x7e]+$/.test(text)) return Redacted.make(text)
  return yield* usage(`${from} holds something that can not be a token`, "copy it again, without spaces or line breaks")
})

/** As much of a Vendo key as may be shown. */
export const hintOf = (secret: Redacted.Redacted): string => {
  const text = Redacted.value(secret).trim()
  return /^vendo_[a-z]{2}_/.test(text) ? text.slice(0, 13) : "not a Vendo key"
}
