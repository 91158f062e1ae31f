import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/stop.slow.test.ts"
const server = { file: "packages/server/src/Server.ts", test }
const main = { file: "packages/server/src/main.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...server,
    control: "production has no demo and shows no key",
    find: `settings.environment === "production"
      ?`,
    replace: `settings.environment.length === 0
      ?`
  },
  {
    ...server,
    control: "a server that was told to stop is not ready",
    find: "draining.start.pipe(",
    replace: "Effect.void.pipe("
  },
  {
    ...server,
    control: "balancers have the time to see that a server stops",
    find: `Effect.sleep("1 second")`,
    replace: "Effect.void"
  },
  {
    control: "requests under way are finished",
    file: "packages/server/src/Http.ts",
    test,
    find: `gracefulShutdownTimeout: "25 seconds"`,
    replace: `gracefulShutdownTimeout: "1 millis"`
  },
  {
    ...main,
    control: "production logs JSON",
    find: "? Logger.consoleJson",
    replace: "? Logger.consolePretty()"
  },
  {
    ...main,
    control: "a stop that was asked for is a success",
    find: "? onExit(0)",
    replace: "? onExit(130)"
  }
]
