import type { Mutant } from "@vendodev/testing/Mutant"

const settings = { file: "packages/server/src/Settings.ts", test: "packages/server/test/Settings.test.ts" }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...settings,
    control: "every setting that can not be used is told, not the first",
    find: "Array.getFailures(Object.values<Result.Result<unknown, Problems>>(results))",
    replace: "Array.getFailures(Object.values<Result.Result<unknown, Problems>>(results)).slice(0, 1)"
  },
  {
    ...settings,
    file: "packages/server/src/setting.ts",
    control: "a setting that can not be used is not repeated",
    find: "Effect.mapError(setting, (): Problems => expected)",
    replace: "Effect.mapError(setting, (error): Problems => `${expected}: ${error.message}`)"
  },
  {
    ...settings,
    control: "the address of the database is redacted from the first byte on",
    find: `Config.Redacted("DATABASE_URL")`,
    replace: `Config.String("DATABASE_URL")`
  },
  {
    ...settings,
    control: "a port is one that can be listened on",
    find: "Schema.isBetween({ minimum: 0, maximum: 65_535 })",
    replace: "Schema.isBetween({ minimum: 0, maximum: 65_536 })"
  },
  {
    ...settings,
    control: "a limit of nothing is refused",
    find: "Schema.isGreaterThan(0)",
    replace: "Schema.isGreaterThan(-1)"
  }
]
