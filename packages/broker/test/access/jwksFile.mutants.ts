import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a file is looked at again after a second",
    file: "packages/broker/src/access/jwksFile.ts",
    find: "const glance = nanos(1)",
    replace: "const glance = nanos(2)",
    test: "packages/broker/test/access/jwksFile.test.ts"
  },
  {
    control: "a replaced file is read",
    file: "packages/broker/src/access/jwksFile.ts",
    find: "if (version === seen) return",
    replace: `if (seen !== "") return`,
    test: "packages/broker/test/access/jwksFile.test.ts"
  },
  {
    control: "a broken file is said once",
    file: "packages/broker/src/access/jwksFile.ts",
    find: "if (reason === said) return Effect.void",
    replace: `if (reason === "") return Effect.void`,
    test: "packages/broker/test/access/jwksFile.test.ts"
  },
  {
    control: "a file is at most 256 kB",
    file: "packages/broker/src/access/jwksFile.ts",
    find: "if (bytes.length > largestKeySet)",
    replace: "if (bytes.length < 0)",
    test: "packages/broker/test/access/jwksFile.test.ts"
  },
  {
    control: "a broken file changes nothing",
    file: "packages/broker/src/access/jwksFile.ts",
    find: "    seen = version\n",
    replace: "    seen = version\n    keys = Option.none()\n",
    test: "packages/broker/test/access/jwksFile.test.ts"
  }
]
