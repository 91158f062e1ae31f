import type { Mutant } from "@vendodev/testing/Mutant"

const pace = "packages/cli/src/run/Pace.ts"
const supervise = "packages/cli/src/run/supervise.ts"
const acts = "packages/cli/src/run/acts.ts"
const launching = "packages/cli/src/run/launching.ts"
const patience = "packages/cli/src/run/patience.ts"
const health = "packages/cli/src/run/Health.ts"
const test = "packages/cli/test/run/supervise.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "A stop that a signal asked for is no failure.",
    file: "packages/cli/src/run/State.ts",
    find: "exited !== null && asked.includes(exited) ? 0 : exited",
    replace: "exited",
    test,
    name: "goes to the command"
  },
  {
    control: "A command that ended by a signal of its own has failed.",
    file: "packages/cli/src/run/forward.ts",
    find: "deadly.has(signal) && !state.asked.includes(code) ? [...state.asked, code] : state.asked",
    replace: "[143]",
    test,
    name: "the command's own end"
  },
  {
    control: "A run that may not start its command says what it waits for, once.",
    file: "packages/cli/src/run/words.ts",
    find: `wanted?.action !== "pause"`,
    replace: `wanted?.action === "pause"`,
    test,
    name: "starts nothing before"
  },
  {
    control: "A run reports at least every 20 seconds.",
    file: pace,
    find: `report: "20 seconds"`,
    replace: `report: "20 minutes"`,
    test,
    name: "every 20 seconds"
  },
  {
    control: "Something new is reported at once.",
    file: supervise,
    find: "if (!Equal.equals(report, said)) yield* nudge",
    replace: "if (said === null && report !== null) yield* nudge",
    test,
    name: "at every change"
  },
  {
    control: "The last report keeps nobody longer than 5 seconds.",
    file: pace,
    find: `farewell: "5 seconds"`,
    replace: `farewell: "5 minutes"`,
    test,
    name: "its end within 5 seconds"
  },
  {
    control: "The last report does not wait for the end of a back-off.",
    file: supervise,
    find: "hurry: Queue.take(hurries)",
    replace: "hurry: Effect.never",
    test,
    name: "its end at once"
  },
  {
    control: "A refusal ends no run whose command lives.",
    file: supervise,
    find: "givesUp: () => !state.begun || state.exited !== null",
    replace: "givesUp: () => true",
    test,
    name: "its key"
  },
  {
    control: "A restart that is refused its variables ends no run.",
    file: acts,
    find: "givesUp: () => !current().begun",
    replace: "givesUp: () => true",
    test,
    name: "takes no command down"
  },
  {
    control: "A definite refusal ends a run that has not begun.",
    file: acts,
    find: "givesUp: () => !current().begun",
    replace: "givesUp: () => false",
    test,
    name: "not at all where the service refuses it"
  },
  {
    control: "Retry-After is waited for.",
    file: patience,
    find: "return Duration.sum(Duration.times(doubled, random), retryAfter)",
    replace: "return Duration.sum(Duration.times(doubled, random), Duration.times(retryAfter, 0))",
    test,
    name: "allowed to ask again"
  },
  {
    control: "Waits grow, up to 30 seconds.",
    file: patience,
    find: "2 ** Math.min(nth - 1, 16)",
    replace: "2 ** Math.min(nth, 1)",
    test,
    name: "ever more slowly"
  },
  {
    control: "Waits are jittered from nothing to the whole.",
    file: patience,
    find: "Duration.times(doubled, random)",
    replace: "Duration.times(doubled, Math.max(random, 0.5))",
    test: "packages/cli/test/run/patience.test.ts"
  },
  {
    control: "Older variables than announced are asked for again, and not in a hurry.",
    file: acts,
    find: "(environment) => State.isAsNew(least, environment)",
    replace: "(environment) => environment.restart >= 0",
    test,
    name: "than were announced"
  },
  {
    control: "People are told once that the variables changed.",
    file: acts,
    find: "told: State.target(state).env_version",
    replace: "told: state.told + Number(state.told > 100)",
    test,
    name: "is no matter of newer variables alone"
  },
  {
    control: "One miss makes no command unhealthy.",
    file: health,
    find: "const mostMisses = 3",
    replace: "const mostMisses = 2",
    test,
    name: "is asked for every 10 seconds"
  },
  {
    control: "A command that is gone is asked for its health no more.",
    file: launching,
    find: "yield* Effect.forkIn(Effect.provideContext(watch, context), scope)",
    replace: "yield* Effect.forkIn(Effect.provideContext(watch, context), outer)",
    test,
    name: "of a command that is gone"
  }
]
