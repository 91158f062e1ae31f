import type { Mutant } from "@vendodev/testing/Mutant"

const waiting = { test: "packages/cli/test/connectWaits.test.ts" }
const context = { file: "packages/cli/src/assignments.ts", test: "packages/cli/test/context.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...waiting,
    file: "packages/cli/src/polling.ts",
    control: "a service that is away for a moment does not end the wait for a person",
    find: "(error) => !isFinal(error),",
    replace: "(error) => isFinal(error),",
    name: "away for a moment"
  },
  {
    ...waiting,
    file: "packages/cli/src/polling.ts",
    control: "what the service says no to ends a wait",
    find: "isBrokerError(error) && (statuses",
    replace: "!isBrokerError(error) && (statuses",
    name: "says no to"
  },
  {
    ...waiting,
    file: "packages/cli/src/connect.ts",
    control: "who waits for a person is told so",
    find: "|| seconds - told >= reminder) {",
    replace: ") {",
    name: "who waits is told so"
  },
  {
    ...waiting,
    file: "packages/cli/src/connect.ts",
    control: "the browser that is named is the one that opens the page",
    find: "...Option.toArray(Option.map(own, (command) => [command] as const)), ",
    replace: "",
    name: "the page is opened with BROWSER"
  },
  {
    ...context,
    control: "a context is taken apart at its first =, and none is none",
    find: "context.size === 0 ? Option.none()",
    replace: "context.size === 1 ? Option.none()",
    name: "once for each field"
  },
  {
    ...context,
    control: "a context that says nothing is refused, and not repeated",
    find: `usage("--context does not say a field and its value",`,
    replace: "usage(`--context does not say a field and its value: ${text}`,",
    name: "never repeated"
  }
]
