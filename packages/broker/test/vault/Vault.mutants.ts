import type { Mutant } from "@vendodev/testing/Mutant"

const vault = { file: "packages/broker/src/vault/Vault.ts", test: "packages/broker/test/vault/Vault.test.ts" }
const keyring = { ...vault, file: "packages/broker/src/vault/Keyring.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...vault,
    control: "a box says which tenant it belongs to",
    find: `"vendo/box/1", place.tenant,`,
    replace: `"vendo/box/1", "",`
  },
  {
    ...vault,
    control: "a box says which row it belongs to",
    find: `row: place.connection }`,
    replace: `row: "" }`
  },
  {
    ...vault,
    control: "a box says which of the row's secrets it holds",
    find: `secretVersion, String(version))`,
    replace: `"", String(version))`
  },
  {
    ...vault,
    control: "a box says which data key it is under",
    find: `secretVersion, String(version))`,
    replace: `secretVersion, "")`
  },
  {
    ...vault,
    control: "the header of a box is checked",
    find: `header(version).equals(box.subarray(0, commitmentAt)) &&`,
    replace: ""
  },
  {
    ...vault,
    control: "a box is bound to one data key",
    find: `timingSafeEqual(box.subarray(commitmentAt, sealedAt), commitment)`,
    replace: `!timingSafeEqual(commitment, Buffer.alloc(commitmentLength))`
  },
  {
    ...vault,
    control: "a box too short to be one is refused, not read",
    find: "box.length >= minimumLength && ",
    replace: ""
  },
  {
    ...keyring,
    control: "nothing is released before its tag was checked",
    find: `    plain.fill(0)
    return undefined`,
    replace: "    return plain"
  },
  {
    ...keyring,
    control: "every seal has a nonce of its own",
    find: "const nonce = randomBytes(nonceLength)",
    replace: "const nonce = Buffer.alloc(nonceLength, randomBytes(1))"
  }
]
