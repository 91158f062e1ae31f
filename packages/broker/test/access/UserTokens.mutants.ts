import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "signatures are written with the low s",
    file: "packages/broker/src/vault/tokenSignature.ts",
    find: `withLowS(sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }))`,
    replace: `sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" })`,
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "a token is recorded before it exists",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "IF decision = 'known' AND app_id IS NOT NULL THEN",
    replace: "IF false THEN",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "a refused key mints nothing",
    file: "packages/broker/src/access/UserTokens.ts",
    find: "yield* judge(issued?.decision)",
    replace: "yield* Effect.ignore(judge(issued?.decision))",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "nothing is recorded for a refused key",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "IF decision = 'known' AND app_id IS NOT NULL THEN",
    replace: "IF app_id IS NOT NULL THEN",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "a key of one connection has no users",
    file: "packages/broker/src/access/UserTokens.ts",
    find: "if (issued.app_id === null) return yield* ofConnection",
    replace: "yield* Effect.void",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "a token is of somebody",
    file: "packages/broker/src/access/UserTokens.ts",
    find: "if (subject === noSubject)",
    replace: `if (subject === "x")`,
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "a token lives for 60 seconds at least",
    file: "packages/broker/src/access/UserTokens.ts",
    find: "seconds >= Duration.toSeconds(shortestLifetime) &&",
    replace: "seconds >= 0 &&",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "a token lives for 24 hours at most",
    file: "packages/broker/src/access/UserTokens.ts",
    find: "seconds <= Duration.toSeconds(longestLifetime)",
    replace: "seconds <= 1e9",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "an hour is the usual life",
    file: "packages/broker/src/access/UserTokens.ts",
    find: "const defaultLifetime = Duration.hours(1)",
    replace: "const defaultLifetime = Duration.hours(2)",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "the record holds no token",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "'token', token,",
    replace: "'token', token || h::text,",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "a suspended tenant's key mints nothing",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "OR t.status <> 'active' THEN",
    replace: "OR false THEN",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  },
  {
    control: "an expired key mints nothing",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "WHEN k.expires_at <= now() THEN",
    replace: "WHEN false THEN",
    test: "packages/broker/test/access/UserTokens.pg.test.ts"
  }
]
