import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/manage/accounts.pg.test.ts"
const connections = { file: "packages/broker/src/manage/Connections.ts", test }
const rules = { file: "packages/broker/src/manage/credentialRules.ts", test }

const renewal = { ...connections, file: "packages/broker/src/manage/renewal.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...rules,
    control: "a connection of profile composio_managed needs an account",
    find: `  if (account === undefined) {
    return invalid(`,
    replace: `  if (account === undefined) {
    return Effect.succeed(Option.none())
    return invalid(`
  },
  {
    ...rules,
    control: "a connection of another profile takes no account",
    find: `return account === undefined
      ?`,
    replace: `return account !== "ca_"
      ?`
  },
  {
    ...rules,
    control: "a key is not taken for the id of an account",
    find: `keyOfSomebody.test(account)`,
    replace: `account === ""`
  },
  {
    ...renewal,
    control: "a key is not taken for the id of another account",
    find: `yield* readAccount(profile, renewal.account)`,
    replace: `Option.fromUndefinedOr(renewal.account)`
  },
  {
    ...connections,
    control: "to name an account is to choose the profile that has one",
    find: `return pasted ?? named ?? profiles[0]`,
    replace: `return pasted ?? (named === undefined ? profiles[0] : profiles.at(-1)) ?? profiles[0]`
  },
  {
    file: "packages/broker/src/manage/holding.ts",
    test,
    control: "another account under the same name is a conflict",
    find: `Option.getOrNull(existing.account) === Option.getOrNull(wanted.account)`,
    replace: `Option.isSome(existing.account) === Option.isSome(wanted.account)`
  },
  {
    file: "packages/broker/src/manage/holding.ts",
    test,
    control: "a token that is held makes no other connection of it",
    find: `!takesCredential[profile] || `,
    replace: ``
  },
  {
    ...renewal,
    control: "a connection that takes another account gives no token of the old one",
    find: `secret_box = \${box}::bytea, dek_version = \${version}::int, secret_version = c.secret_version + 1,`,
    replace: `secret_version = c.secret_version + 1,`
  },
  {
    ...renewal,
    control: "no memory of the old account's token is good for the new one",
    find: `secret_version = c.secret_version + 1,
            auth_version`,
    replace: `auth_version`
  },
  {
    ...renewal,
    control: "a refresh under way for the old account is lost",
    find: `refresh_epoch = c.refresh_epoch + 1,
            refresh_lease_until = NULL, failures = 0, held_back = false,`,
    replace: `failures = 0, held_back = false,`
  },
  {
    ...renewal,
    control: "what failed with the old account is forgotten",
    find: `failure_code = NULL, failure_detail = NULL, next_attempt_at = NULL, needs_reauth_at = NULL`,
    replace: `needs_reauth_at = NULL`
  },
  {
    ...renewal,
    control: "a revoked connection takes no other account",
    find: `WHERE id = \${id} AND status <> 'revoked' FOR UPDATE`,
    replace: `WHERE id = \${id} FOR UPDATE`
  },
  {
    ...renewal,
    control: "another account is recorded, with the one before",
    find: `typeof accountBefore === "string" ? accountBefore : null`,
    replace: `Option.getOrNull(account)`
  },
  {
    ...connections,
    control: "a revoked connection remembers nothing of its token",
    find: `token_expires_at = NULL, token_valid_until = NULL, token_fresh_until = NULL, token_renew_at = NULL,
            token_taken_at = NULL, token_fingerprint = NULL, refresh_epoch = refresh_epoch + 1`,
    replace: `token_fresh_until = NULL, refresh_epoch = refresh_epoch + 1`
  },
  {
    ...connections,
    control: "a refresh under way ends with the connection",
    find: `refresh_epoch = refresh_epoch + 1,
            refresh_lease_until = NULL`,
    replace: `refresh_epoch = refresh_epoch`
  },
  {
    ...connections,
    control: "a failure is shown only as long as it lasts",
    find: `AND (status IN ('error', 'needs_reauth') OR next_attempt_at > now())`,
    replace: ``
  }
]
