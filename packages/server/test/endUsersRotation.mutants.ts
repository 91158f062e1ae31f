import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/endUsersRotation.slow.test.ts"
const keys = { file: "packages/broker/src/access/UserTokenKeys.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...keys,
    control: "a key of the broker that is retired verifies nothing a second later",
    find: `const glance = nanos(1)`,
    replace: `const glance = nanos(3)`
  },
  {
    ...keys,
    control: "a new key signs once every process can know it",
    find: `keys.find(({ settled, state }) => state === "active" && settled) ??`,
    replace: `keys.find(({ state }) => state === "active") ??`
  },
  {
    ...keys,
    control: "the key before the new one still verifies",
    find: `SET state = 'verify_only' WHERE state = 'active'`,
    replace: `SET state = 'retired', retired_at = now() WHERE state = 'active'`
  },
  {
    file: "packages/broker/src/access/jwksFile.ts",
    test,
    control: "a key file is looked at once a second",
    find: `const glance = nanos(1)`,
    replace: `const glance = nanos(3)`
  },
  {
    file: "packages/broker/src/access/UserIdentity.ts",
    test,
    control: "a remembered user is forgotten with the key",
    find: `if (keys.some((key) => nameOf(key) === known.key)) return Option.some(known.user)`,
    replace: `if (keys.length >= 0) return Option.some(known.user)`
  },
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    control: "the removal of a user holds from the next request on, everywhere",
    find: `OR to_timestamp(u.iat) <= r.removed_at`,
    replace: ``
  }
]
