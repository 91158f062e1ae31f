import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/instant.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a time without a zone is UTC",
    file: `${src}/instant.ts`,
    find: `(zone ?? "Z")`,
    replace: `(zone ?? "+01:00")`,
    test
  },
  {
    control: "seconds and milliseconds are told apart",
    file: `${src}/instant.ts`,
    find: "value > 1e11 ? value : value * 1000",
    replace: "value * 1000",
    test
  },
  {
    control: "a lifetime of more than ten years is none",
    file: `${src}/instant.ts`,
    find: "seconds > 0 && seconds <= tenYears",
    replace: "seconds > 0",
    test
  },
  {
    control: "nothing is no lifetime",
    file: `${src}/instant.ts`,
    find: "seconds > 0 && seconds <= tenYears",
    replace: "seconds <= tenYears",
    test
  }
]
