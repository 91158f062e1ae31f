import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/manage/Pools.pg.test.ts"
const pools = { file: "packages/broker/src/manage/Pools.ts", test }
const migration = { file: "packages/broker/src/database/migrations/0012_create_revocations_and_pools.ts", test }
const connections = { file: "packages/broker/src/manage/Connections.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...pools,
    control: "a pool is of an integration that has pools",
    find: `if (!profiles.includes("vendo_managed_pool")) {`,
    replace: `if (profiles.length === 0) {`
  },
  {
    ...pools,
    control: "four characters of a key give nothing away",
    find: "const shortest = 16",
    replace: "const shortest = 4"
  },
  {
    ...pools,
    control: "a pool is sealed for its integration",
    find: `{ kind: "pool", of: slug }`,
    replace: `{ kind: "pool", of: "" }`
  },
  {
    ...migration,
    control: "a pool is set by an admin, whoever can run statements",
    find: `IF gate.admin(h) IS NULL THEN RAISE EXCEPTION 'no admin token' USING errcode = '42501'; END IF;
      INSERT INTO broker.pools`,
    replace: `INSERT INTO broker.pools`
  },
  {
    ...migration,
    control: "a pool is taken away by an admin, whoever can run statements",
    find: "DELETE FROM broker.pools p WHERE gate.admin(h) IS NOT NULL AND",
    replace: "DELETE FROM broker.pools p WHERE"
  },
  {
    ...migration,
    control: "pools are shown to an admin, whoever can run statements",
    find: "WHERE gate.admin(h) IS NOT NULL ORDER BY p.integration",
    replace: "ORDER BY p.integration"
  },
  {
    ...connections,
    control: "a pool connection asked for is of a pool there is",
    find: "if (pools.length === 0) {",
    replace: "if (pools.length > 1) {"
  },
  {
    ...connections,
    control: "a tenant has one connection to a pool",
    find: "const name = freeName(poolName, new Set(others.map(({ name }) => name)))",
    replace: "const name = DisplayName.make(crypto.randomUUID())"
  },
  {
    ...connections,
    control: "a pool connection takes no other one's name",
    find: "new Set(others.map(({ name }) => name))",
    replace: "new Set()"
  },
  {
    file: "packages/broker/src/vault/Keyring.ts",
    test,
    control: "what the installation owns opens for what it is only",
    find: "additionalData(`vendo/${kind}/1`, kekId, of)",
    replace: "additionalData(`vendo/owned/1`, kekId, of)"
  }
]
