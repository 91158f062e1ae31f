/** One run, from its first question to the service to the end of its command. */
import { Deferred, Effect, Equal, Queue } from "effect"
import { RunId, type RunReport } from "@vendodev/domain/Deployment"
import { makeActs, refused } from "./acts.ts"
import type { Line } from "./Commands.ts"
import { decide } from "./decide.ts"
import { signalled } from "./forward.ts"
import { hearing } from "./hearing.ts"
import { reporting } from "./reporting.ts"
import { say } from "./say.ts"
import { Service } from "./Service.ts"
import { Signals } from "./Signals.ts"
import * as State from "./State.ts"
import type { Step } from "./Step.ts"
import { held, lost } from "./words.ts"

/** Runs the command for as long as it, the service and the signals want it. Answers the exit code. */
export const supervise = Effect.fn("run.supervise")(function* (line: Line) {
  const { url } = yield* Service
  const signals = yield* Signals
  let state = State.initial
  let said: RunReport | null = null
  const steps = yield* Queue.unbounded<Step>()
  const nudges = yield* Queue.sliding<void>(1)
  const hurries = yield* Queue.sliding<void>(1)
  const happens = (step: Step) => Queue.offer(steps, step)
  const nudge = Queue.offer(nudges, undefined)
  const { acts, signal } = yield* makeActs({
    line,
    current: () => state,
    happens,
    hurry: Queue.offer(hurries, undefined)
  })

  const passOn = Effect.flatMap(signals.next, (name) =>
    happens((state) =>
      Effect.gen(function* () {
        const next = signalled(state, name, yield* signals.inForeground)
        if (next.forward !== null) yield* signal(next.forward)
        return next.state
      })
    )
  )
  yield* Effect.forkScoped(Effect.forever(passOn))

  const known = yield* Deferred.make<void>()
  yield* Effect.forkScoped(
    reporting({
      run: RunId.make(crypto.randomUUID()),
      current: () => State.reportOf(state),
      nudges,
      patience: {
        givesUp: () => !state.begun || state.exited !== null,
        lost: (failed) => lost(failed, state, "the command keeps running"),
        found: say(`${url} answers again`),
        hurry: Queue.take(hurries)
      },
      answered: (heard, wanted) =>
        Effect.andThen(
          Deferred.succeed(known, undefined),
          happens((state) => Effect.as(held(state, wanted), State.answered(state, heard, wanted)))
        ),
      refused: (problem) => happens(refused(problem))
    })
  )
  yield* Effect.forkScoped(Effect.andThen(Deferred.await(known), hearing(nudge)))

  while (true) {
    const decision = decide(state)
    if (decision === "leave") return state.exited ?? 0
    if (decision !== "wait") {
      state = yield* acts[decision](state)
      continue
    }
    const report = State.reportOf(state)
    if (!Equal.equals(report, said)) yield* nudge
    said = report
    const step = yield* Queue.take(steps)
    state = yield* step(state)
  }
}, Effect.scoped)
