import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/vend/interleavings.pg.test.ts"
const leases = { file: "packages/broker/src/database/migrations/0005_create_token_leases.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    name: "a revocation wins",
    control: "a revocation ends the lease of a refresh under way",
    find: `            refresh_lease_until = NULL, held_back = false
          WHERE id IN`,
    replace: `            held_back = false
          WHERE id IN`
  },
  {
    ...leases,
    name: "overtaken",
    control: "only the last holder of the lease completes it",
    find: `WHERE k.key_hash = h AND x.id = connection AND x.refresh_epoch = held AND x.refresh_lease_until IS NOT NULL
          AND x.status IN ('active', 'error') FOR UPDATE OF x;
      IF NOT FOUND THEN RETURN 'lost'; END IF;`,
    replace: `WHERE k.key_hash = h AND x.id = connection AND held IS NOT NULL FOR UPDATE OF x;
      IF NOT FOUND THEN RETURN 'lost'; END IF;`
  },
  {
    ...leases,
    name: "overtaken",
    control: "one holder at a time",
    find: `ELSIF c.refresh_lease_until > moment THEN`,
    replace: `ELSIF c.refresh_lease_until > moment + interval '1 hour' THEN`
  },
  {
    ...leases,
    name: "overtaken",
    control: "a token that was replaced is not replaced again",
    find: `ELSIF c.secret_version <> version THEN`,
    replace: `ELSIF c.secret_version < version THEN`
  },
  {
    file: "packages/broker/src/manage/renewal.ts",
    test,
    name: "another account wins",
    control: "another account makes the refresh of the old one void",
    find: `refresh_epoch = c.refresh_epoch + 1,
            refresh_lease_until = NULL, failures = 0`,
    replace: `
            failures = 0`
  }
]
