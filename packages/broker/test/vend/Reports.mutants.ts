import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/vend/Reports.pg.test.ts"
const reports = { file: "packages/broker/src/vend/Reports.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...reports,
    name: "by one key",
    control: "a key's reports are limited",
    find: `yield* limit(decision)`,
    replace: `yield* Effect.void`
  },
  {
    ...reports,
    name: "by now",
    control: "an old token is told from the current one",
    find: `if (yield* isOther(decision, report)) return "replaced"`,
    replace: `if (yield* isOther(decision, report)) yield* Effect.void`
  },
  {
    ...reports,
    name: "is not asked about again for a while",
    control: "a token that was just looked at is not asked about again",
    find: `decision.age_ms > justChecked)`,
    replace: `decision.age_ms > 0)`
  },
  {
    ...reports,
    name: "for want of a permission",
    control: "only a token that was not accepted is asked about",
    find: `report.status === 401 && `,
    replace: ``
  },
  {
    ...reports,
    name: "asked about once",
    control: "what is asked about is the upstream, not the row",
    find: `yield* tokens.refresh({ keyHash: caller.keyHash, connection, version })`,
    replace: `yield* Effect.succeed([caller, tokens, connection, version])`
  }
]
