import type { Mutant } from "@vendodev/testing/Mutant"

const file = "packages/cli/src/Server.ts"
const test = "packages/cli/test/Server.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "The admin token of a development server goes to that server alone.",
    file,
    find: "(dev) => isAt(address.url, dev.baseUrl)",
    replace: "() => true",
    test,
    name: "goes to that server and no other"
  },
  {
    control: "A file in the working directory can not have a token sent to another machine.",
    file,
    find: "here.test(new URL(text).hostname)",
    replace: "new URL(text).hostname !== here.source",
    test,
    name: "can not send a token to another machine"
  },
  {
    control: "An address that holds a password is refused, and not repeated.",
    file,
    find: `url.username !== "" || url.password !== ""`,
    replace: "false",
    test,
    name: "refused without being repeated"
  }
]
