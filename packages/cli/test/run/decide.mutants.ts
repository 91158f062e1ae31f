import type { Mutant } from "@vendodev/testing/Mutant"

const decide = "packages/cli/src/run/decide.ts"
const state = "packages/cli/src/run/State.ts"
const forward = "packages/cli/src/run/forward.ts"
const test = "packages/cli/test/run/decide.test.ts"
const signals = "packages/cli/test/run/forward.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "A command starts only while the service knows of it, so that no pause it counts on is broken.",
    file: decide,
    find: `wants(state, "run") && isKnown(state), "start"`,
    replace: `wants(state, "run"), "start"`,
    test,
    name: "whatever happens in whatever order"
  },
  {
    control: "A pause is reported only when there is no command.",
    file: state,
    find: `if (command !== null) return "running"`,
    replace: `if (command !== null && wanted?.action !== "pause") return "running"`,
    test,
    name: "whatever happens in whatever order"
  },
  {
    control: "A restart stops the command only when the new variables are at hand.",
    file: decide,
    find: `[(state) => isOutdated(state) && isReady(state), "stop"]`,
    replace: `[isOutdated, "stop"]`,
    test,
    name: "whatever happens in whatever order"
  },
  {
    control: "A command that is ending is waited for before another starts.",
    file: decide,
    find: `[({ stopping }) => stopping, "wait"]`,
    replace: `[({ exited }) => exited !== null, "wait"]`,
    test
  },
  {
    control: "A pause stops the command.",
    file: decide,
    find: `wants(state, "stop", "pause"), "stop"`,
    replace: `wants(state, "stop"), "stop"`,
    test
  },
  {
    control: "Variables nobody wants any more are not asked for.",
    file: decide,
    find: `state.fetching && isOver(state), "forget"`,
    replace: `state.fetching && isOver(state), "wait"`,
    test,
    name: "a pause needs no variables"
  },
  {
    control: "After a signal that asks for an end no restart follows.",
    file: decide,
    find: `[({ ending }) => ending !== null, "wait"]`,
    replace: `[({ exited }) => exited !== null, "wait"]`,
    test,
    name: "no restart follows it"
  },
  {
    control: "A command is not started with older variables than were announced.",
    file: state,
    find: "env_version >= least.env_version && restart >= least.restart",
    replace: "restart >= least.restart",
    test,
    name: "whatever is newer"
  },
  {
    control: "What a terminal sends is not sent to the command a second time.",
    file: forward,
    find: "if (inForeground && ofTerminal.has(signal))",
    replace: "if (inForeground && !forwarded.includes(signal))",
    test: signals
  },
  {
    control: "A second SIGTERM or SIGINT kills.",
    file: forward,
    find: `insistent.has(signal) ? "SIGKILL" : signal`,
    replace: `insistent.has(signal) ? signal : signal`,
    test: signals
  },
  {
    control: "A run without a command ends with a signal that asks for it.",
    file: forward,
    find: "state: deadly.has(signal) ? ending : state",
    replace: "state",
    test: signals
  }
]
