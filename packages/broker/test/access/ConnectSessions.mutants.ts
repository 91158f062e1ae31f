import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/access/ConnectSessions.pg.test.ts"
const opening = "packages/broker/src/database/migrations/0008_create_ledger_and_connect_sessions.ts"
const file = "packages/broker/src/database/migrations/0013_create_connect_visits.ts"

export const mutants: ReadonlyArray<Mutant> = [
  { control: "a ticket is used once", file, find: "AND c.used_at IS NULL AND", replace: "AND", test },
  {
    control: "a ticket ends after its time",
    file,
    find: "AND c.used_at IS NULL AND c.expires_at > now()",
    replace: "AND c.used_at IS NULL",
    test
  },
  {
    control: "a ticket ends with its tenant",
    file,
    find: "AND t.status = 'active'",
    replace: "",
    test
  },
  {
    control: "a ticket ends with the key that opened it",
    file,
    find: "AND k.revoked_at IS NULL AND (k.expires_at",
    replace: "AND (k.expires_at",
    test
  },
  {
    control: "a ticket ends when the key that opened it expires",
    file,
    find: "AND (k.expires_at IS NULL OR k.expires_at > now())",
    replace: "",
    test
  },
  {
    control: "a ticket ends with its user",
    file,
    find: "AND r.removed_at >= ${since}",
    replace: "AND false",
    test
  },
  {
    control: "who opens a session clears away a few of those that are over, and not all there are",
    file: opening,
    find: " LIMIT 100 FOR UPDATE",
    replace: " FOR UPDATE",
    test
  },
  {
    control: "a ticket nobody can use is answered as one that is not there",
    file: "packages/broker/src/connect/Visits.ts",
    find: "return visit === undefined ? yield* noSession :",
    replace: "return visit === undefined ? yield* Effect.die(new Error()) :",
    test
  }
]
