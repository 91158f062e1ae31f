import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/manage/users.pg.test.ts"
const users = { file: "packages/broker/src/manage/Users.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    control: "an end user's connection is that user's",
    find: "${slug}, ${exclusive}, ${slot}, ${profile}, ${user}, ${name},",
    replace: "${slug}, ${exclusive}, ${slot}, ${profile}, ${noSubject}, ${name},"
  },
  {
    file: "packages/broker/src/manage/holding.ts",
    test,
    control: "names are taken per end user",
    find: "AND c.user_subject = ${user} AND",
    replace: "AND"
  },
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    control: "the connections of one end user are nobody else's",
    find: "WHERE user_subject = ${user} ORDER BY created_at, id",
    replace: "ORDER BY created_at, id"
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "an unbinding without a user is of the app's own binding",
    find: "AND integration = ${slug} AND user_subject = ${user} RETURNING app_id",
    replace: "AND integration = ${slug} RETURNING app_id"
  },
  {
    file: "packages/broker/src/manage/AppKeys.ts",
    test,
    control: "no key opens one connection of an end user",
    find: "if (user !== null) {",
    replace: "if (user === undefined) {"
  },
  {
    ...users,
    control: "a removal revokes the user's connections",
    find: "const revoked = yield* connections.revokeAllOf(user)",
    replace: "const revoked = (yield* connections.listOf(user)).map(({ id }) => id)"
  },
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    control: "a removal revokes no other user's connections",
    find: "revokeAllOf: (user) => revokeWhere(sql`user_subject = ${user}`)",
    replace: "revokeAllOf: (user) => revokeWhere(sql`user_subject >= ${user}`)"
  },
  {
    ...users,
    control: "a removal ends the user tokens issued before",
    find: "VALUES (${tenant.id}, ${user}, clock_timestamp())",
    replace: "VALUES (${tenant.id}, ${user}, clock_timestamp() - interval '1 hour')"
  },
  {
    ...users,
    control: "a second removal ends the user tokens issued since the first",
    find: "removed_at = greatest(r.removed_at, excluded.removed_at)",
    replace: "removed_at = r.removed_at"
  },
  {
    ...users,
    control: "a removal is recorded",
    find: `yield* audit.changed({ action: "user.remove", object: { kind: "user", id: user } })`,
    replace: ``
  }
]
