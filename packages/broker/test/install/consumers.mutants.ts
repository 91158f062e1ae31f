import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/consumers.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0011_create_runs.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a bot has never two consumers: who starts is waited for, too",
    file: gate,
    find: `AND r.said <> 'exited' AND (r.said`,
    replace: `AND r.said <> 'exited' AND r.said <> 'starting' AND (r.said`,
    test
  },
  {
    control: "a bot has never two consumers: a pause counts that was told for it",
    file: gate,
    find: `(r.said <> 'paused' OR d.run_paused_for IS DISTINCT FROM hand_over)`,
    replace: `r.said <> 'running'`,
    test
  },
  {
    control: "a bot has a consumer again when all is calm: whoever is given it starts anew",
    file: gate,
    find: `(d.app_id = h.to_app OR (d.app_id = h.from_app`,
    replace: `((d.app_id = h.from_app`,
    test
  }
]
