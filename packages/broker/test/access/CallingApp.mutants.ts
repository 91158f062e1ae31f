import type { Mutant } from "@vendodev/testing/Mutant"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a revoked key is nobody's",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "WHEN k.revoked_at IS NOT NULL OR t.status",
    replace: "WHEN t.status",
    test: "packages/broker/test/access/CallingApp.pg.test.ts"
  },
  {
    control: "a suspended tenant's key is refused",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "OR t.status <> 'active' THEN",
    replace: "OR false THEN",
    test: "packages/broker/test/access/CallingApp.pg.test.ts"
  },
  {
    control: "an expired key is refused",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "WHEN k.expires_at <= now() THEN",
    replace: "WHEN k.expires_at < now() - interval '1 hour' THEN",
    test: "packages/broker/test/access/CallingApp.pg.test.ts"
  },
  {
    control: "what the database decides is heeded",
    file: "packages/broker/src/access/CallingApp.ts",
    find: "yield* judge(row?.decision)",
    replace: "yield* Effect.void",
    test: "packages/broker/test/access/CallingApp.pg.test.ts"
  },
  {
    control: "a missing key is told from a wrong one",
    file: "packages/broker/src/access/keyHashOf.ts",
    find: "return yield* keyMissing",
    replace: "return yield* keyUnknown",
    test: "packages/broker/test/access/CallingApp.pg.test.ts"
  },
  {
    control: "knowing a key enters nothing",
    file: "packages/broker/src/database/migrations/0006_create_user_token_keys.ts",
    find: "STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$\n      SELECT CASE",
    replace:
      "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$\n      SELECT gate.enter(k.tenant_id) FROM broker.app_keys k WHERE k.key_hash = h;\n      SELECT CASE",
    test: "packages/broker/test/access/CallingApp.pg.test.ts"
  }
]
