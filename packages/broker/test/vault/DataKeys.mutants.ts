import type { Mutant } from "@vendodev/testing/Mutant"

const vault = { file: "packages/broker/src/vault/Vault.ts", test: "packages/broker/test/vault/DataKeys.test.ts" }
const keyring = { ...vault, file: "packages/broker/src/vault/Keyring.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...vault,
    control: "a cached data key is only as good as the row",
    find: " || Buffer.compare(entry.wrapped, row.wrapped) !== 0",
    replace: ""
  },
  {
    ...vault,
    control: "data keys are cached",
    find: "return known === undefined",
    replace: "return known !== null"
  },
  {
    ...vault,
    control: "the cache of data keys is bounded",
    find: "this.#entries.size >= DataKeys.#capacity",
    replace: "this.#entries.size < 0"
  },
  {
    ...keyring,
    control: "a wrapped data key says which tenant it belongs to",
    find: `"vendo/dek/1", kekId, tenant, String(version)`,
    replace: `"vendo/dek/1", kekId, "", String(version)`
  },
  {
    ...keyring,
    control: "a wrapped data key says which version it is",
    find: `"vendo/dek/1", kekId, tenant, String(version)`,
    replace: `"vendo/dek/1", kekId, tenant, ""`
  },
  {
    ...keyring,
    control: "a wrapped data key too short to be one is refused, not read",
    find: "if (sealed.length < nonceLength + tagLength) return undefined",
    replace: ""
  }
]
