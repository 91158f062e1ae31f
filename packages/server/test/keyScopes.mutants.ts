import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/keyScopes.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/database/migrations/0014_restrict_keys.ts",
    test,
    control: "no key makes a second consumer of a credential that has one",
    find: "AND c.id = NEW.connection_id AND c.exclusive)",
    replace: "AND c.id = NEW.connection_id AND false)"
  },
  {
    file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts",
    test,
    control: "a key of one connection opens that integration and no other",
    find: `AND c.integration = a.i AND c.user_subject = coalesce(u.sub, '') AND a.c IN ('', c.id::text)`,
    replace: `AND (c.integration = a.i OR k.connection_id IS NOT NULL) AND c.user_subject = coalesce(u.sub, '') AND a.c IN ('', c.id::text)`
  },
  {
    file: "packages/broker/src/manage/AppKeys.ts",
    test,
    control: "no key is minted for a connection that ended",
    find: `if (status !== "revoked") return id`,
    replace: `if (status !== "pending") return id`
  },
  {
    file: "packages/broker/src/disconnect/Disconnects.ts",
    test,
    control: "the keys of a connection end with it",
    find: "yield* revokeKeys(id)",
    replace: ""
  }
]
