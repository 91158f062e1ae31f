import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/connect/forgetting.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0013_create_connect_visits.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "what a visit held goes with its end",
    file: gate,
    find: "SET step = 'open', step_box = NULL, step_dek_version = NULL",
    replace: "SET step = v.step",
    test
  },
  {
    control: "a visit that goes on keeps what it holds",
    file: gate,
    find: "WHERE o.expires_at <= now() AND o.step_box IS NOT NULL",
    replace: "WHERE o.step_box IS NOT NULL",
    test
  }
]
