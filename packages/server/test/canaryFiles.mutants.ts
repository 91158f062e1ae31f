import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/canaryFiles.slow.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "Postgres does not inherit our environment",
    file: "packages/server/src/embedded/Account.ts",
    test,
    find: `export const environment = { LC_ALL`,
    replace: `export const environment = { ...process.env, LC_ALL`
  },
  {
    control: "no credential in the audit log, nor in what Postgres writes ahead of it",
    file: "packages/broker/src/manage/Connections.ts",
    test,
    find: "with: { integration: slug, profile, ",
    replace: `with: { integration: slug, profile, credential: Redacted.value(Option.getOrElse(secret, () => Redacted.make(""))), `
  },
  {
    control: "the admin token of a demo is not shown",
    file: "packages/server/src/Welcome.ts",
    test,
    find: "`A demo tenant was made, with the app ${app.slug}.",
    replace: "`A demo tenant was made, with ${JSON.stringify(app)} ${key}."
  }
]
