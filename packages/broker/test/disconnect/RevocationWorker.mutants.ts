import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/disconnect/RevocationWorker.pg.test.ts"
const worker = { file: "packages/broker/src/disconnect/RevocationWorker.ts", test }
const telling = { file: "packages/broker/src/disconnect/telling.ts", test }
const ending = { file: "packages/broker/src/upstream/composioEnding.ts", test }
const providers = { file: "packages/broker/src/upstream/Providers.ts", test }
const migration = { file: "packages/broker/src/database/migrations/0012_create_revocations_and_pools.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...telling,
    name: "is told again while it fails",
    control: "a failure is tried again",
    find: `...come("retry", "upstream_error"),
  retryAfter: Option.map(`,
    replace: `...come("impossible", "upstream_error"),
  retryAfter: Option.map(`
  },
  {
    ...worker,
    name: "handed back at once",
    control: "who stops hands back what it was at",
    find: "if (Cause.hasInterruptsOnly(exit.cause)) return Effect.succeed(interrupted)",
    replace: "if (Cause.hasInterruptsOnly(exit.cause)) return Effect.succeed(failed)"
  },
  {
    ...worker,
    name: "handed back at once",
    control: "what was handed back is due",
    find: `Option.contains(code, "interrupted")`,
    replace: `Option.contains(code, "failed")`
  },
  {
    ...telling,
    name: "does not open there",
    control: "what does not open is told to nobody",
    find: `vault.open({ ...placeOf(revocation), tenant }, dataKey, box)`,
    replace: `vault.open({ ...placeOf(revocation), row: "any", tenant }, dataKey, box)`
  },
  {
    ...telling,
    name: "is not told while somebody else",
    control: "what somebody else uses is left alone",
    find: `if (claim.verdict !== "send") return settled[claim.verdict]`,
    replace: `if (claim.verdict === "overdue") return settled[claim.verdict]`
  },
  {
    ...migration,
    name: "is not told while somebody else",
    control: "whoever stands on the same account is seen, of whatever tenant",
    find: "WHERE o.metadata ->> 'composio_account_id' = ${account} AND o.status <> 'revoked'",
    replace: "WHERE o.metadata ->> 'composio_account_id' = ${account} AND o.status = 'pending'"
  },
  {
    ...migration,
    name: "is not told while somebody else",
    control: "whoever stands on the same bot is seen, of whatever tenant",
    find: "WHERE o.integration = ${integration} AND o.slot = ${slot} AND o.exclusive AND o.status <> 'revoked'",
    replace: "WHERE o.integration = ${integration} AND o.slot = ${slot} AND o.exclusive AND o.status = 'pending'"
  },
  {
    file: "packages/broker/src/disconnect/Revocations.ts",
    test,
    name: "is left alone where the same was connected again",
    control: "a bot is known again by what its connection held",
    find: "CASE WHEN c.exclusive THEN c.slot END AS slot",
    replace: "NULL::bytea AS slot"
  },
  {
    file: "packages/broker/src/manage/Users.ts",
    test,
    name: "of all connections of an end user",
    control: "a removal of an end user has the upstreams told",
    find: "yield* revocations.queueAllOf(user)",
    replace: ""
  },
  {
    ...ending,
    name: "is Composio for its accounts",
    control: "the tokens of an account end before it does",
    find: `yield* step("POST", revokeUrlOf(account), notRevocable)`,
    replace: ""
  },
  {
    ...ending,
    name: "is Composio for its accounts",
    control: "an account is deleted",
    find: `yield* step("DELETE", urlOf(account), none)`,
    replace: ""
  },
  {
    ...ending,
    name: "is Composio for its accounts",
    control: "what can not be revoked is deleted all the same",
    find: "const notRevocable = new Set([400, 409])",
    replace: "const notRevocable = new Set<number>()"
  },
  {
    ...ending,
    name: "is Composio for its accounts",
    control: "an account that is gone has ended",
    find: `return failure.refusal.verdict === "dead" ? Result.void : Result.fail(failure)`,
    replace: `return Result.fail(failure)`
  },
  {
    ...ending,
    name: "does not let the key in",
    control: "a key that is refused has told nothing",
    find: `return failure.refusal.verdict === "dead" ? Result.void : Result.fail(failure)`,
    replace: `return Result.void`
  },
  {
    ...providers,
    name: "ends the token of an installed app",
    control: "an answer that is an error confirms nothing",
    find: "if (status >= 200 && status <= 299) return Effect.void",
    replace: "if (status > 0) return Effect.void"
  },
  {
    ...migration,
    name: "given up after 72 hours",
    control: "a credential is destroyed when the telling ends",
    find: "ended_at = moment, secret_box = NULL, dek_version = NULL",
    replace: "ended_at = moment"
  },
  {
    ...migration,
    name: "is recorded at its end",
    control: "the end is recorded",
    find: "'action', 'revocation.' || r.state",
    replace: "'action', 'revocation'"
  },
  {
    ...migration,
    name: "whose process dies",
    control: "a claim is not taken over before it has run out",
    find: "WHERE x.state = 'queued' AND x.next_attempt_at <= moment",
    replace: "WHERE x.state = 'queued' AND x.next_attempt_at <= moment + interval '1 hour'"
  },
  {
    ...migration,
    name: "one of eight processes",
    control: "one claim at a time",
    find: "ORDER BY x.next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED",
    replace: "ORDER BY x.next_attempt_at LIMIT 1"
  }
]
