import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/users.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an end user has a name that a path can hold",
    file: "packages/domain/src/Ids.ts",
    find: String.raw`/^(?!\.{1,2}$)./`,
    replace: `/^/`,
    test
  },
  {
    control: "a misspelt question is not taken for one about the tenant's own",
    file: "packages/api/src/ManagementGroup.ts",
    find: `.annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error" })`,
    replace: ``,
    test
  },
  {
    control: "an unbinding is of the user that was named",
    file: "packages/server/src/Management.ts",
    find: `bindings.remove(params.app, params.slug, query.user)`,
    replace: `bindings.remove(params.app, params.slug)`,
    test
  },
  {
    control: "a list of one user's connections has no others",
    file: "packages/server/src/Management.ts",
    find: `user === undefined ? connections.list : connections.listOf(user)`,
    replace: `connections.list`,
    test
  },
  {
    control: "an account is an id",
    file: "packages/domain/src/Ids.ts",
    find: `/^[A-Za-z0-9_-]{1,128}$/`,
    replace: `/^[^\\0]+$/`,
    test
  },
  {
    control: "a key in the place of an account is not said back",
    file: "packages/broker/src/manage/credentialRules.ts",
    find: `"this looks like a key, not`,
    replace: `account + " looks like a key, not`,
    test
  }
]
