/** Saying how the run is, one report after the other, until each is answered. */
import { Effect, Option, Queue, Result } from "effect"
import type { RunId, RunReport, RunState, Wanted } from "@vendodev/domain/Deployment"
import { Pace } from "./Pace.ts"
import { type Patience, patiently } from "./patience.ts"
import type { Problem } from "./Problem.ts"
import { Service } from "./Service.ts"

export interface Reporting {
  readonly run: RunId
  /** The newest; what is tried again says it as it is then. */
  readonly current: () => RunReport | null
  /** Something is to be said, or may have to be asked for. */
  readonly nudges: Queue.Dequeue<void>
  readonly patience: Patience
  readonly answered: (heard: RunState, wanted: Wanted) => Effect.Effect<unknown>
  readonly refused: (problem: Problem) => Effect.Effect<unknown>
}

export const reporting = Effect.fnUntraced(function* (of: Reporting) {
  const service = yield* Service
  const { report: interval } = yield* Pace
  yield* Queue.take(of.nudges)
  while (true) {
    const attempt = Effect.gen(function* () {
      yield* Queue.clear(of.nudges)
      const report = of.current()
      if (report === null) return Option.none()
      return Option.some({ heard: report.state, wanted: yield* service.report(of.run, report) })
    })
    const outcome = yield* Effect.result(patiently(attempt, of.patience))
    if (Result.isFailure(outcome)) return yield* of.refused(outcome.failure)
    if (Option.isSome(outcome.success)) yield* of.answered(outcome.success.value.heard, outcome.success.value.wanted)
    yield* Effect.timeoutOption(Queue.take(of.nudges), interval)
  }
})
