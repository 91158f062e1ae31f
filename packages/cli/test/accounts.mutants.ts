import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/cli/test/accounts.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "an end user's connection is never taken for the tenant's own",
    file: "packages/cli/src/resolve.ts",
    find: "(user === null ? slug : `${slug}@${user}`)",
    replace: "slug",
    test
  },
  {
    control: "an unbinding is of the user that was named",
    file: "packages/cli/src/binding.ts",
    find: "onSome: (user) => ({ user })",
    replace: "onSome: () => ({})",
    test
  },
  {
    control: "a connection is of the user that was named",
    file: "packages/cli/src/connection.ts",
    find: "...(Option.isSome(user) ? { user: user.value } : {})",
    replace: "",
    test
  }
]
