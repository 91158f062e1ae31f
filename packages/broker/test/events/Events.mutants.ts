import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a clock that was set back keeps no stream from asking whether it may go on",
    file: "packages/broker/src/events/Events.ts",
    find: "Math.min(pingAt, before + Duration.toMillis(ping))",
    replace: "pingAt",
    test: "packages/broker/test/events/Events.test.ts"
  }
]
