import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/upstream/tokenLife.test.ts"
const src = "packages/broker/src/upstream"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a token is not kept into its last minute",
    file: `${src}/tokenLife.ts`,
    find: "remaining > margin ? remaining - margin",
    replace: "remaining > margin ? remaining",
    test
  },
  {
    control: "a token in its last five seconds is not served",
    file: `${src}/tokenLife.ts`,
    find: "if (remaining <= tooShort) return Option.none()",
    replace: "if (remaining <= 0) return Option.none()",
    test
  },
  {
    control: "the time a call took is not given to the token",
    file: `${src}/tokenLife.ts`,
    find: "const remaining = left - passed",
    replace: "const remaining = left",
    test
  },
  {
    control: "an end in another age is no end",
    file: `${src}/tokenLife.ts`,
    find: ".filter((left) => left <= tenYears)",
    replace: "",
    test
  },
  {
    control: "what was only reckoned is not believed for long",
    file: `${src}/tokenLife.ts`,
    find: "told.includes(left) ? fresh",
    replace: "told.includes(left) || left > 0 ? fresh",
    test
  },
  {
    control: "a token was not issued in the future",
    file: `${src}/tokenLife.ts`,
    find: "Math.min(changed, now)",
    replace: "changed",
    test
  },
  {
    control: "another token is not older than the last look",
    file: `${src}/tokenLife.ts`,
    find: "Math.max(issued, look)",
    replace: "issued",
    test
  },
  {
    control: "the same token lives no longer than was known",
    file: `${src}/tokenLife.ts`,
    find: "[...told, ...remembered, ...",
    replace: "[...told, ...",
    test
  },
  {
    control: "the earliest of the ends counts",
    file: `${src}/tokenLife.ts`,
    find: "Math.min(one, other)",
    replace: "Math.max(one, other)",
    test
  },
  {
    control: "a reckoning that says it is over is not believed",
    file: `${src}/tokenLife.ts`,
    find: "Option.filter(reckoned, (left) => left - passed > tooShort)",
    replace: "reckoned",
    test
  },
  {
    control: "a token whose end is in doubt is kept but briefly",
    file: `${src}/tokenLife.ts`,
    find: "Option.isSome(reckoned) ? asBriefly",
    replace: "Option.isSome(reckoned) ? 60 * asBriefly",
    test
  }
]
