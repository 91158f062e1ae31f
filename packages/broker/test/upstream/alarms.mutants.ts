import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/alarms.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an alarm is raised once a minute",
    file: `${src}/alarms.ts`,
    find: "now - before < minute",
    replace: "now - before < 0n",
    test
  },
  {
    control: "an alarm is raised again after a minute",
    file: `${src}/alarms.ts`,
    find: "before !== undefined && now - before < minute",
    replace: "before !== undefined",
    test
  },
  {
    control: "one alarm does not drown another",
    file: `${src}/alarms.ts`,
    find: "last.get(alarm)",
    replace: "[...last.values()][0]",
    test
  },
  {
    control: "an alarm is an error",
    file: `${src}/alarms.ts`,
    find: "Effect.logError",
    replace: "Effect.logInfo",
    test
  }
]
