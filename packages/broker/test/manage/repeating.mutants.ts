import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/manage/repeating.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/manage/Apps.ts",
    test,
    control: "an app of another kind under the same slug is a conflict",
    find: `app.name !== name || app.kind !== kind`,
    replace: `app.name !== name`
  },
  {
    file: "packages/broker/src/manage/Tenants.ts",
    test,
    control: "a tenant of another name under the same slug is a conflict",
    find: `found === undefined || found.name !== input.name`,
    replace: `found === undefined`
  },
  {
    file: "packages/broker/src/manage/holding.ts",
    test,
    control: "another credential under the same name is a conflict",
    find: `sameSecret(existing.secret, wanted.secret)`,
    replace: `(sameSecret(existing.secret, wanted.secret) || true)`
  },
  {
    file: "packages/broker/src/manage/Connections.ts",
    test,
    control: "the same credential pasted twice at once is one connection",
    find: `Option.isSome(before) ? before : yield* holdings.find(place)`,
    replace: `before`
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "a binding replaces what was bound",
    find: `WHERE b.connection_id <> excluded.connection_id`,
    replace: `WHERE false`
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "a binding is of the integration in its path",
    find: `if (connection.slug !== slug) {`,
    replace: `if (false) {`
  },
  {
    file: "packages/broker/src/manage/AppKeys.ts",
    test,
    control: "a key is revoked once, at the first moment",
    find: `WHERE id = \${id} AND revoked_at IS NULL RETURNING id`,
    replace: `WHERE id = \${id} RETURNING id`
  }
]
