import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a remembered token ends when it expires",
    file: "packages/broker/src/access/UserMemory.ts",
    find: "found === undefined || isCurrent(found.expiry, now)",
    replace: "true",
    test: "packages/broker/test/access/UserMemory.test.ts"
  },
  {
    control: "memory is bounded",
    file: "packages/broker/src/access/UserMemory.ts",
    find: "if (this.#entries.size <= this.#capacity) break",
    replace: "break",
    test: "packages/broker/test/access/UserMemory.test.ts"
  },
  {
    control: "memory holds 10,000",
    file: "packages/broker/src/access/UserMemory.ts",
    find: "capacity = 10_000",
    replace: "capacity = 20_000",
    test: "packages/broker/test/access/UserMemory.test.ts"
  },
  {
    control: "memory holds no token",
    file: "packages/broker/src/access/UserMemory.ts",
    find: "this.#entries.set(digestOf(jwt), remembered)",
    replace: "this.#entries.set(digestOf(jwt), { ...remembered, key: Redacted.value(jwt) })",
    test: "packages/broker/test/access/UserMemory.test.ts"
  }
]
