import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/circuit.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "half of twenty failing opens the circuit",
    file: `${src}/HostGuard.ts`,
    find: "threshold: 0.5",
    replace: "threshold: 1.0",
    test,
    name: "half failing is enough"
  },
  {
    control: "fewer than half failing opens nothing",
    file: `${src}/HostGuard.ts`,
    find: "threshold: 0.5",
    replace: "threshold: 0.3",
    test,
    name: "fewer than half"
  },
  {
    control: "a circuit that opened stays so for longer when its probe fails",
    file: `${src}/HostGuard.ts`,
    find: `Schedule.exponential("1 second", 2)`,
    replace: `Schedule.exponential("1 second", 1)`,
    test,
    name: "half of twenty calls"
  },
  {
    control: "a clock that is set keeps no circuit open",
    file: `${src}/HostGuard.ts`,
    find: "Effect.provideService(Clock.Clock, steady(clock)),",
    replace: "",
    test,
    name: "a clock that is set"
  },
  {
    control: "what is said of one account is not held against the host",
    file: `${src}/HostGuard.ts`,
    find: "unclear: CircuitBreaker.ignored",
    replace: "unclear: CircuitBreaker.failure()",
    test,
    name: "what is said of one account"
  },
  {
    control: "a refusal is not held against the host",
    file: `${src}/HostGuard.ts`,
    find: "well: CircuitBreaker.success",
    replace: "well: CircuitBreaker.failure()",
    test,
    name: "what is said of one account"
  },
  {
    control: "a host that fails is left alone",
    file: `${src}/HostGuard.ts`,
    find: "unwell: CircuitBreaker.failure()",
    replace: "unwell: CircuitBreaker.success",
    test,
    name: "half of twenty calls"
  },
  {
    control: "a circuit that opens between two attempts does not hide what the first one got",
    file: `${src}/HostGuard.ts`,
    find: "Option.getOrElse(failed, () => notTried)",
    replace: "notTried",
    test,
    name: "who was answered before"
  }
]
