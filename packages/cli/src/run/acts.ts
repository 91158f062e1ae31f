/** How each decision is carried out. None waits for long: what takes its time happens later, as a step. */
import { Effect, FiberHandle } from "effect"
import type { Line } from "./Commands.ts"
import type { Decision } from "./decide.ts"
import { launching } from "./launching.ts"
import { Pace } from "./Pace.ts"
import { patiently } from "./patience.ts"
import { passes, type Problem } from "./Problem.ts"
import { because, say } from "./say.ts"
import { Service } from "./Service.ts"
import * as State from "./State.ts"
import { type Happens, learn, type Step } from "./Step.ts"
import { lost } from "./words.ts"

/** The service wants nothing of us. Before there is a command, and once there is none, that is the end. */
export const refused =
  (problem: Problem): Step =>
  (state) =>
    Effect.as(state.exited === null ? say(problem.refusal ?? problem.detail) : Effect.void, {
      ...State.ended(state, state.exited ?? 1),
      late: true
    })

/** What a run is made of besides what it knows. */
export interface World {
  readonly line: Line
  readonly current: () => State.State
  readonly happens: Happens
  /** Cuts the wait for the next report short. */
  readonly hurry: Effect.Effect<unknown>
}

const doing = { run: "restarting the command, as was asked", pause: "pausing", stop: "stopping" } as const

export const makeActs = Effect.fnUntraced(function* ({ current, happens, hurry, line }: World) {
  const service = yield* Service
  const { farewell } = yield* Pace
  const { launch, signal, stop } = yield* launching(line, happens)
  const outer = yield* Effect.scope
  const fetching = yield* FiberHandle.make()

  const fetch: Step = Effect.fnUntraced(function* (state) {
    const least = State.target(state)
    const asNew = Effect.filterOrFail(
      service.environment,
      (environment) => State.isAsNew(least, environment),
      () => passes(`${service.url} answers older variables than it announced`)
    )
    const environment = patiently(asNew, {
      givesUp: () => !current().begun,
      lost: (failed) => lost(failed, current(), "the command keeps running with the variables it has"),
      found: say(`${service.url} answers again`),
      hurry: Effect.never
    })
    yield* FiberHandle.run(
      fetching,
      environment.pipe(
        Effect.flatMap((environment) => happens(learn((state) => State.fetched(state, environment)))),
        Effect.catch((problem) => happens(refused(problem)))
      )
    )
    return { ...state, fetching: true }
  })

  const acts: Record<Exclude<Decision, "wait" | "leave">, Step> = {
    fetch,
    forget: (state) => Effect.as(FiberHandle.clear(fetching), { ...state, fetching: false }),
    start: launch,
    stop: (state) =>
      Effect.gen(function* () {
        const { action, reason } = state.wanted ?? { action: "stop", reason: null }
        yield* say(because(doing[action], reason))
        yield* Effect.forkIn(stop, outer)
        return { ...state, stopping: true }
      }),
    tell: (state) =>
      Effect.as(say("the variables changed; restart to apply them"), {
        ...state,
        told: State.target(state).env_version
      }),
    end: (state) =>
      Effect.gen(function* () {
        if (state.ending === null) yield* say(because("stopped", state.wanted?.reason))
        const late = happens(learn((state) => ({ ...state, late: true })))
        yield* Effect.forkIn(Effect.andThen(Effect.sleep(farewell), late), outer)
        yield* hurry
        return State.ended(state, state.ending ?? 0)
      })
  }
  return { acts, signal }
})
