/** The one command of a run: started anew each time, and never while another lives. */
import { Effect, Exit, Option, Redacted, Result, Scope } from "effect"
import { HttpClient } from "effect/http"
import { Commands, type Line, type Running } from "./Commands.ts"
import * as Health from "./Health.ts"
import { say } from "./say.ts"
import { Service } from "./Service.ts"
import * as State from "./State.ts"
import type { Happens, Step } from "./Step.ts"

interface Living extends Running {
  /** Of everything that is there for its sake. */
  readonly scope: Scope.Closeable
}

export const launching = Effect.fnUntraced(function* (line: Line, happens: Happens) {
  const { url } = yield* Service
  const commands = yield* Commands
  const context = yield* Effect.context<HttpClient.HttpClient>()
  const outer = yield* Effect.scope
  let living: Living | undefined

  const gone =
    (scope: Scope.Closeable, code: number): Step =>
    (state) => {
      living = undefined
      return Effect.as(Scope.close(scope, Exit.void), State.gone(state, code))
    }

  /** Starts it with what was fetched. */
  const launch: Step = Effect.fnUntraced(function* (state) {
    const { prepared } = state
    if (prepared === null) return state
    const scope = yield* Scope.fork(outer)
    // A tool that speaks to the service finds it where we did, unless the service knows better.
    const variables = { VENDO_BASE_URL: Redacted.make(url), ...prepared.variables }
    const outcome = yield* Effect.result(Scope.provide(commands.start(line, variables), scope))
    if (Result.isFailure(outcome)) {
      yield* say(outcome.failure.detail)
      return State.unstartable(state, outcome.failure.exit)
    }
    living = { ...outcome.success, scope }
    yield* Effect.forkIn(
      Effect.flatMap(living.exit, (code) => happens(gone(scope, code))),
      outer
    )
    const address = yield* Health.address(prepared)
    if (Option.isSome(address)) {
      const watch = Health.watch(address.value, (health) =>
        happens((state) => Effect.as(say(`the command is ${health}`), { ...state, health }))
      )
      yield* Effect.forkIn(Effect.provideContext(watch, context), scope)
    }
    if (prepared.health !== null && Option.isNone(address)) {
      yield* say("the manifest names no port to ask for health, and PORT is not set: it stays unknown")
    }
    if (state.begun) yield* say("the command is started again")
    return State.started(state, prepared)
  })

  /** Asks it to end, and sees to it. */
  const stop = Effect.suspend(() => living?.stop ?? Effect.succeed(false)).pipe(
    Effect.flatMap((killed) => (killed ? say("the command did not end when asked, and was killed") : Effect.void))
  )

  const signal = (signal: NodeJS.Signals) => Effect.suspend(() => living?.signal(signal) ?? Effect.void)

  return { launch, stop, signal }
})
