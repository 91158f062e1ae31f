import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/disconnect/RevocationClaims.pg.test.ts"
const migration = { file: "packages/broker/src/database/migrations/0012_create_revocations_and_pools.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...migration,
    control: "one claim at a time",
    find: "ORDER BY x.next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED",
    replace: "ORDER BY x.next_attempt_at LIMIT 1"
  },
  {
    ...migration,
    control: "a claim is held for as long as it is said",
    find: "SET attempts = attempt, next_attempt_at = moment + lease_ms * interval '1 millisecond'",
    replace: "SET attempts = attempt, next_attempt_at = moment"
  },
  {
    ...migration,
    control: "who was overtaken settles nothing",
    find: "AND x.attempts = attempt AND x.state = 'queued' FOR UPDATE",
    replace: "AND x.state = 'queued' FOR UPDATE"
  },
  {
    ...migration,
    control: "what ended stays as it ended",
    find: "AND x.attempts = attempt AND x.state = 'queued' FOR UPDATE",
    replace: "AND x.attempts = attempt FOR UPDATE"
  },
  {
    ...migration,
    control: "no wait goes beyond the 72 hours",
    find: "next_attempt_at = least(moment + wait_ms * interval '1 millisecond', r.created_at +",
    replace: "next_attempt_at = greatest(moment + wait_ms * interval '1 millisecond', r.created_at +"
  },
  {
    ...migration,
    control: "after 72 hours it is over",
    find: "WHEN r.attempts > 0 AND r.created_at <= moment -",
    replace: "WHEN r.attempts > 1000 AND r.created_at <= moment -"
  },
  {
    ...migration,
    control: "what nobody was there for is tried once",
    find: "WHEN r.attempts > 0 AND r.created_at <= moment -",
    replace: "WHEN r.created_at <= moment -"
  },
  {
    ...migration,
    control: "a failure after 72 hours is the last",
    find: "IF outcome = 'retry' AND r.created_at > moment -",
    replace: "IF outcome = 'retry' AND r.created_at > '-infinity'::timestamptz + 0 *"
  },
  {
    ...migration,
    control: "what is sealed leaves only to be sent",
    find: "IF verdict = 'send' THEN",
    replace: "IF verdict <> 'none' THEN"
  },
  {
    ...migration,
    control: "the server can not read what is sealed",
    find: "GRANT SELECT (tenant_id, id, connection_id,",
    replace: "GRANT SELECT (secret_box, tenant_id, id, connection_id,"
  },
  {
    ...migration,
    control: "an account is told once of one connection",
    find: "CONSTRAINT account_revoked_once UNIQUE (tenant_id, connection_id, composio_account_id)",
    replace: "CONSTRAINT account_revoked_once UNIQUE (tenant_id, id, composio_account_id)"
  },
  {
    file: "packages/broker/src/disconnect/Revocations.ts",
    test,
    control: "a box is of its row",
    find: `row: id, secretVersion: "1" }) as const`,
    replace: `row: "row", secretVersion: "1" }) as const`
  }
]
