import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/database/ledger.pg.test.ts"
const file = "packages/broker/src/database/migrations/0008_create_ledger_and_connect_sessions.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "the server may add to the ledger and nothing else",
    file,
    find: "`GRANT SELECT, INSERT ON broker.ledger TO vendo_server`",
    replace: "`GRANT SELECT, INSERT, UPDATE ON broker.ledger TO vendo_server`",
    test
  },
  {
    control: "nobody else may change the ledger",
    file,
    find: "`GRANT SELECT ON broker.apps, broker.ledger, broker.spend_caps TO vendo_gate`",
    replace: "`GRANT SELECT, DELETE ON broker.apps, broker.ledger, broker.spend_caps TO vendo_gate`",
    test
  },
  {
    control: "the owner of the tables is shown none of the ledger's rows",
    file,
    find: "`ALTER TABLE broker.${table} FORCE ROW LEVEL SECURITY`",
    replace: "`ALTER TABLE broker.${table} NO FORCE ROW LEVEL SECURITY`",
    test
  },
  {
    control: "usage is less than nothing, of one app at one provider",
    file,
    find: "ELSE num_nulls(app_id, provider) = 0 AND amount_micros < 0 END",
    replace: "ELSE true END",
    test
  },
  {
    control: "credit is no app's",
    file,
    find: "WHEN 'credit' THEN num_nonnulls(app_id, provider) = 0",
    replace: "WHEN 'credit' THEN true",
    test
  }
]
