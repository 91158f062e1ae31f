import type { Mutant } from "@vendodev/testing/Mutant"

const keyring = { file: "packages/broker/src/vault/Keyring.ts", test: "packages/broker/test/vault/Keyring.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...keyring,
    control: "keys are stored under a pepper the database does not have",
    find: `createHmac("sha256", pepper)`,
    replace: `createHmac("sha256", "")`
  },
  {
    ...keyring,
    control: "the fingerprint has a key of its own",
    find: `createHmac("sha256", fingerprintKey)`,
    replace: `createHmac("sha256", pepper)`
  },
  {
    ...keyring,
    control: "a fingerprint is of an integration's identity",
    find: "additionalData(integration, Redacted.value(identity))",
    replace: `integration + Redacted.value(identity)`
  },
  {
    ...keyring,
    control: "the root is checked at start like a KEK",
    find: `[rootCheckId, derived("vendo/check/1")]`,
    replace: ""
  },
  {
    ...keyring,
    control: "a check that does not open is refused",
    find: "sealed, checkData(kekId)) === undefined",
    replace: "sealed, checkData(kekId)) === null"
  },
  {
    ...keyring,
    control: "new data keys are wrapped under the active KEK",
    find: "const active = keks.get(material.active)",
    replace: "const active = [...keks.values()].at(-1)"
  },
  {
    control: "parts of authenticated data can not run into each other",
    file: "packages/broker/src/vault/additionalData.ts",
    test: keyring.test,
    find: "out.writeUInt32BE(size, at)",
    replace: "out.writeUInt32BE(0, at)"
  }
]
