import type { Mutant } from "@vendodev/testing/Mutant"

const migrations = {
  file: "packages/broker/src/database/Migrations.ts",
  test: "packages/server/test/ownDatabase.slow.test.ts"
}
const logins = { ...migrations, name: "row security" }
const schemas = { ...migrations, name: "schema" }

export const mutants: ReadonlyArray<Mutant> = [
  { ...logins, control: "a superuser is refused", find: "      role.super,\n", replace: "      false,\n" },
  { ...logins, control: "a login that bypasses row security is refused", find: "[role.bypass, ", replace: "[false, " },
  { ...logins, control: "an owner is refused", find: "!role.super && role.owns,", replace: "false," },
  {
    ...logins,
    control: "a member of another role is refused",
    find: "!role.super && !role.owns && role.member,",
    replace: "false,"
  },
  {
    ...logins,
    control: "a login that switches row security off is refused",
    find: `role.security !== "on"`,
    replace: `role.security === ""`
  },
  {
    ...schemas,
    control: "a schema newer than the build is refused",
    find: "latest > migrations.length",
    replace: "latest > 10_000"
  },
  {
    ...schemas,
    control: "a schema older than the build is refused",
    find: "latest < migrations.length",
    replace: "latest < 0"
  },
  {
    ...schemas,
    control: "a database that was not prepared is refused",
    find: "[!role.prepared, ",
    replace: "[false, "
  },
  {
    ...migrations,
    name: "commands",
    control: "the server's password can not end its statement",
    find: "if (!/^[A-Za-z0-9_-]{16,}$/.test(text))",
    replace: `if (text === "")`
  },
  {
    control: "a token is not stored under keys made for it",
    file: "packages/server/src/commands.ts",
    test: migrations.test,
    name: "commands",
    find: "Effect.provide(Keys.existing)",
    replace: "Effect.provide(Keys.layer)"
  },
  {
    control: "a command never replaces a key file",
    file: "packages/server/src/KeyFile.ts",
    test: migrations.test,
    name: "commands",
    find: `flag: "wx"`,
    replace: `flag: "w"`
  }
]
