import type { Mutant } from "@vendodev/testing/Mutant"

const file = "packages/broker/src/vault/KeyFormat.ts"
const test = "packages/broker/test/vault/KeyFormat.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a mistyped key is told by its checksum",
    file,
    find: "checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength)",
    replace: "checksum(text.slice(0, -checksumLength)).length === text.slice(-checksumLength).length",
    test
  },
  {
    control: "the shape of a key is checked",
    file,
    find: "shapes[prefix].test(text) && ",
    replace: "",
    test
  },
  {
    control: "the prefix says what a key opens",
    file,
    find: "vendo_at_: /^vendo_at_",
    replace: "vendo_at_: /^vendo_sk_",
    test
  },
  {
    control: "every character of a key is uniform",
    file,
    find: "randomInt(alphabet.length)",
    replace: "randomInt(256) % alphabet.length",
    test
  },
  {
    control: "36 characters of a key are random",
    file,
    find: "alphabet.charAt(randomInt(alphabet.length))",
    replace: `(i < 30 ? alphabet.charAt(randomInt(alphabet.length)) : "0")`,
    test
  },
  {
    control: "a hint shows four characters",
    file,
    find: "const hintLength = 4",
    replace: "const hintLength = 12",
    test
  }
]
