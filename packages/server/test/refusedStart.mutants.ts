import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/refusedStart.slow.test.ts"
const keys = { file: "packages/server/src/Keys.ts", test }
const main = { file: "packages/server/src/main.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a database is not opened with keys it was not sealed under",
    file: "packages/broker/src/vault/verifyKeyring.ts",
    test,
    find: "failed.length > 0",
    replace: "failed.length > 9"
  },
  {
    control: "a token is not stored under keys the database was not sealed under",
    file: "packages/server/src/commands.ts",
    test,
    find: "Effect.andThen(checkKeyring, mintAdminToken(name))",
    replace: "mintAdminToken(name)"
  },
  {
    ...keys,
    control: "a database of the operator's own is given no new keys",
    find: "Option.isNone(databaseUrl) && ",
    replace: ""
  },
  {
    ...keys,
    control: "a database that is there already is given no new keys",
    find: `[file, join(dataDir, "postgres-superuser")]`,
    replace: "[file, join(dataDir)].slice(0, 1)"
  },
  {
    control: "an address that can not be reached is not repeated",
    file: "packages/server/src/Database.ts",
    test,
    find: "problems: [`${variable}: ${reason}; ${urlHint}`]",
    replace: "problems: [`${variable}: ${reason}; ${urlHint}; ${process.env[variable]}`]"
  },
  {
    control: "a database that can not be reached is named by its variable",
    file: "packages/server/src/Database.ts",
    test,
    find: `error.reason.operation !== "connect"`,
    replace: `error.reason.operation === "connect"`
  },
  {
    ...main,
    control: "what an operator can mend is told without a stack trace",
    find: "return isKnown ? failure.message : Cause.pretty(cause)",
    replace: "return isKnown ? Cause.pretty(cause) : failure.message"
  },
  {
    ...main,
    control: "a port that is taken is told with its remedy",
    find: "failure instanceof HttpServerError.ServeError && ",
    replace: "failure === undefined && "
  }
]
