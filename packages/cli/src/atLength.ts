/** What takes the service its time: it is waited for longer than anything else, and said that it is. */
import { Clock, Console, Effect, Schedule } from "effect"
import { HttpClientError } from "effect/http"
import { Failure } from "./Failure.ts"
import { explain, Patience } from "./Http.ts"

/** Longer than the service gives an image that it has to fetch. */
const longest = "6 minutes"

const interval = "5 seconds"

/** Asking again where no answer came: only of what does nothing twice. */
const again = { times: 2, schedule: Schedule.exponential("200 millis") }
const isUnanswered = (error: unknown) => HttpClientError.isHttpClientError(error) && error.response === undefined

const saying = Effect.fnUntraced(function* (what: string) {
  const started = yield* Clock.currentTimeMillis
  while (true) {
    yield* Effect.sleep(interval)
    const seconds = Math.round(((yield* Clock.currentTimeMillis) - started) / 1000)
    yield* Console.error(`still waiting for ${what} (${seconds} s)`)
  }
})

interface Long {
  /** What is waited for. */
  readonly what: string
  /** What may have happened without an answer. */
  readonly perhaps: string
  /** How to find out. */
  readonly look: string
}

/** Waits for the answer for minutes. Who gives up is told that it may be done all the same. */
export const atLength =
  ({ look, perhaps, what }: Long) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) => {
    const givenUp = (detail: string) => new Failure({ code: "unreachable", detail: `${detail}; ${perhaps}`, fix: look })
    return self.pipe(
      Effect.provideService(Patience, "Infinity"),
      Effect.retry({ ...again, while: isUnanswered }),
      Effect.mapError((error) =>
        HttpClientError.isHttpClientError(error) && isUnanswered(error) ? givenUp(explain(error).detail) : error
      ),
      Effect.timeoutOrElse({
        duration: longest,
        orElse: () => Effect.fail(givenUp(`there is no answer after ${longest}`))
      }),
      Effect.raceFirst(saying(what))
    )
  }
