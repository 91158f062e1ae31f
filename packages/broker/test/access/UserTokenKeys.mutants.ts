import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a retired key verifies nothing a second later",
    file: "packages/broker/src/access/UserTokenKeys.ts",
    find: "const glance = nanos(1)",
    replace: "const glance = nanos(2)",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "keys are not read for every token",
    file: "packages/broker/src/access/UserTokenKeys.ts",
    find: "readAt !== undefined && now - readAt < glance",
    replace: "false",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "retired keys are not read",
    file: "packages/broker/src/access/UserTokenKeys.ts",
    find: "WHERE state <> 'retired' ORDER BY",
    replace: "ORDER BY",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "a change is seen at once where it was made",
    file: "packages/broker/src/access/UserTokenKeys.ts",
    find: "Effect.tap(sql.withTransaction(work).pipe(orOutOfReach), read)",
    replace: "sql.withTransaction(work).pipe(orOutOfReach)",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "a new key does not sign before it is known",
    file: "packages/broker/src/access/UserTokenKeys.ts",
    find: `keys.find(({ settled, state }) => state === "active" && settled) ??`,
    replace: `keys.find(({ state }) => state === "active") ??`,
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "the key most processes have signs",
    file: "packages/broker/src/access/UserTokenKeys.ts",
    find: "keys.at(-1)",
    replace: "keys.at(0)",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "the first key is found without waiting",
    file: "packages/broker/src/access/UserTokenKeys.ts",
    find: "keys.length > 0 ? current :",
    replace: "keys.length >= 0 ? current :",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "two processes make one key",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "CREATE UNIQUE INDEX one_active_user_token_key",
    replace: "CREATE INDEX one_active_user_token_key",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "a box opens for its name only",
    file: "packages/broker/src/vault/Keyring.ts",
    find: "additionalData(`vendo/${kind}/1`, kekId, of)",
    replace: "additionalData(`vendo/${kind}/1`, kekId)",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "the private key is sealed",
    file: "packages/broker/src/vault/Keyring.ts",
    find: "const sealed = sealRaw(activeKek(), bytes, ownedData(material.active, owned))",
    replace:
      "const sealed = Buffer.concat([sealRaw(activeKek(), bytes, ownedData(material.active, owned)), Buffer.from(bytes)])",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "retired is for ever",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "USING (state <> 'retired') WITH CHECK (state <> 'active')",
    replace: "USING (true) WITH CHECK (state <> 'active')",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "no key is made active again",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "USING (state <> 'retired') WITH CHECK (state <> 'active')",
    replace: "USING (state <> 'retired') WITH CHECK (true)",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "a key is not changed",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "GRANT UPDATE (state, retired_at) ON",
    replace: "GRANT UPDATE ON",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "a key is added as the one that signs",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "FOR INSERT TO vendo_server WITH CHECK (state = 'active')",
    replace: "FOR INSERT TO vendo_server WITH CHECK (true)",
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  },
  {
    control: "only the public half is published",
    file: "packages/broker/src/vault/tokenSignature.ts",
    find: `const { x = "", y = "" } = key.export({ format: "jwk" })
  return { kty: "EC", crv: "P-256", x, y } as const`,
    replace: `const { x = "", y = "", ...rest } = key.export({ format: "jwk" })
  return { ...rest, kty: "EC", crv: "P-256", x, y, d: x } as const`,
    test: "packages/broker/test/access/UserTokenKeys.pg.test.ts"
  }
]
