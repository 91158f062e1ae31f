import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a key planted by someone without the key file opens nothing",
    file: "packages/broker/src/vault/Keyring.ts",
    find: `hash: (key) => createHmac("sha256", pepper).update(Redacted.value(key)).digest(),`,
    replace: `hash: (key) => process.getBuiltinModule("node:crypto").createHash("sha256").update(Redacted.value(key)).digest(),`,
    test: "packages/broker/test/access/plantedKeys.pg.test.ts"
  },
  {
    control: "what is stored of a key is no key",
    file: "packages/broker/src/vault/Keyring.ts",
    find: `hash: (key) => createHmac("sha256", pepper).update(Redacted.value(key)).digest(),`,
    replace: `hash: (key) => Buffer.from(Redacted.value(key).slice(-32)),`,
    test: "packages/broker/test/access/plantedKeys.pg.test.ts"
  }
]
