import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/HostGuard.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "64 calls are under way at most",
    file: `${src}/HostGuard.ts`,
    find: "const callsUnderWay = 64",
    replace: "const callsUnderWay = 640",
    test,
    name: "64 calls"
  },
  {
    control: "one account that is slow leaves room for the others",
    file: `${src}/HostGuard.ts`,
    find: "const callsUnderWay = 64",
    replace: "const callsUnderWay = 63",
    test,
    name: "leaves room"
  },
  {
    control: "one attempt is given five seconds",
    file: `${src}/HostGuard.ts`,
    find: "const attemptTimeout = Duration.seconds(5)",
    replace: "const attemptTimeout = Duration.seconds(9)",
    test,
    name: "one attempt is given"
  },
  {
    control: "an answer comes within ten seconds",
    file: `${src}/HostGuard.ts`,
    find: "Duration.min(attemptTimeout, yield* left)",
    replace: "attemptTimeout",
    test,
    name: "within ten seconds, whatever"
  },
  {
    control: "who waits for a place is told in time",
    file: `${src}/HostGuard.ts`,
    find: "Effect.timeoutOption(places.takeScoped(1), yield* left)",
    replace: `Effect.timeoutOption(places.takeScoped(1), "1 hour")`,
    test,
    name: "who finds no place"
  },
  {
    control: "what may not be asked again is not",
    file: `${src}/HostGuard.ts`,
    find: `input._tag === "NotTried" || input.again === "never"`,
    replace: `input._tag === "NotTried"`,
    test,
    name: "ours, whoever is asked"
  }
]
