import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/masked.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a value cut short is masked",
    file: `${src}/masked.ts`,
    find: String.raw`/^.{0,8}(?:\.{3,}|…)$/s,`,
    replace: "",
    test
  },
  {
    control: "a value of stars is masked",
    file: `${src}/masked.ts`,
    find: "/^[*x•●.…]+$/i",
    replace: "",
    test
  },
  {
    control: "a short OAuth token is masked",
    file: `${src}/masked.ts`,
    find: "oauth && value.length < shortest",
    replace: "oauth && value.length < 2",
    test
  },
  {
    control: "a short API key is not masked",
    file: `${src}/masked.ts`,
    find: "(oauth && value.length",
    replace: "(value.length",
    test
  },
  {
    control: "a long token that ends in dots is not masked",
    file: `${src}/masked.ts`,
    find: ".{0,8}",
    replace: ".{0,80}",
    test
  },
  {
    control: "a token is visible ASCII",
    file: `${src}/masked.ts`,
    find: "/^[!-~]{8,16384}$/",
    replace: "/^[^]{8,16384}$/",
    test
  }
]
