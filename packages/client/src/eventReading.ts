/** One connection of an event stream, from the first byte to the last. */
import { Duration, Effect, Option } from "effect"
import { createParser } from "eventsource-parser"
import type { EventMessage } from "./Events.ts"
import { type Failure, unanswered } from "./Failure.ts"
import { parseJson } from "./parseJson.ts"

export interface Reading {
  /** The next event of this connection. Fails when there will be none. */
  readonly next: Effect.Effect<EventMessage, Failure>
}

/** The service says something every 25 seconds. Who says nothing for longer than twice that is not there. */
const silence = Duration.seconds(60)

/** No event is so long. */
const longest = 1024 * 1024

const ended = unanswered("the event stream ended")
const tooLong = unanswered("the event stream holds an event that is too long")
const silent = unanswered("the event stream fell silent")

const json = (text: string): unknown => Option.getOrElse(parseJson(text), () => text)

/** A read that nobody waited for to the end is waited for again: an interruption loses no event. */
export const reading = (body: ReadableStream<Uint8Array>, onRetry: (milliseconds: number) => void): Reading => {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const events: Array<EventMessage> = []
  let overflow = false
  const parser = createParser({
    maxBufferSize: longest,
    onRetry,
    onError: ({ type }) => (overflow ||= type === "max-buffer-size-exceeded"),
    onEvent: ({ data, event, id }) => events.push({ type: event ?? "message", data: json(data), id })
  })

  let pending: ReturnType<typeof reader.read> | undefined
  const more = Effect.gen(function* () {
    const { done, value } = yield* Effect.tryPromise({ try: () => (pending ??= reader.read()), catch: () => ended })
    pending = undefined
    if (done) return yield* ended
    parser.feed(decoder.decode(value, { stream: true }))
    if (overflow) return yield* tooLong
  }).pipe(Effect.timeoutOrElse({ duration: silence, orElse: () => Effect.fail(silent) }))

  const next: Reading["next"] = Effect.suspend(() => {
    const event = events.shift()
    return event === undefined ? Effect.andThen(more, next) : Effect.succeed(event)
  })
  return { next }
}
