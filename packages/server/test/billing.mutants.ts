import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/billing.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0008_create_ledger_and_connect_sessions.ts"
const credits = "packages/broker/src/manage/Credits.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a balance is never below nothing",
    file: gate,
    find: "least(greatest(coalesce(sum(l.amount_micros), 0), 0), 9007199254740991)",
    replace: "least(coalesce(sum(l.amount_micros), 0), 9007199254740991)",
    test
  },
  {
    control: "a balance is a number JavaScript can hold",
    file: gate,
    find: "least(greatest(coalesce(sum(l.amount_micros), 0), 0), 9007199254740991)",
    replace: "greatest(coalesce(sum(l.amount_micros), 0), 0)",
    test
  },
  {
    control: "a balance is of one tenant",
    file: gate,
    find: "FROM broker.ledger l WHERE l.tenant_id = k.tenant_id\n",
    replace: "FROM broker.ledger l\n",
    test
  },
  {
    control: "what counts against a cap is what this app used",
    file: gate,
    find: "k.decision = 'known' AND l.tenant_id = k.tenant_id AND l.app_id = k.app_id AND",
    replace: "k.decision = 'known' AND l.tenant_id = k.tenant_id AND l.app_id IS NOT NULL AND",
    test
  },
  {
    control: "a day begins in UTC, with its first instant",
    file: gate,
    find: `\${usedSince("date_trunc('day', now(), 'UTC')")}`,
    replace: `\${usedSince("date_trunc('month', now(), 'UTC') - interval '1 day'")}`,
    test
  },
  {
    control: "usage is of one app",
    file: gate,
    find: "WHERE l.tenant_id = k.tenant_id AND l.app_id = k.app_id AND l.at >= p.since",
    replace: "WHERE l.tenant_id = k.tenant_id AND l.app_id IS NOT NULL AND l.at >= p.since",
    test
  },
  {
    control: "another amount under a reference is no repetition",
    file: credits,
    find: "credit === undefined || credit.amount_micros !== amount_micros",
    replace: "credit === undefined",
    test
  },
  {
    control: "a reference of something else is not taken for a credit",
    file: credits,
    find: "SELECT ${columns} FROM broker.ledger WHERE kind = 'credit' AND reference",
    replace: "SELECT ${columns} FROM broker.ledger WHERE reference",
    test
  },
  {
    control: "a credit is recorded, once",
    file: credits,
    find: "if (inserted.length > 0) {",
    replace: "if (inserted.length >= 0) {",
    test
  },
  {
    control: "the caps that stand are not set again",
    file: "packages/broker/src/manage/AppSpendCaps.ts",
    find: "WHERE (c.daily_micros, c.monthly_micros) IS DISTINCT FROM (excluded.daily_micros, excluded.monthly_micros)",
    replace: "",
    test
  },
  {
    control: "nobody caps another tenant's app",
    file: "packages/broker/src/manage/AppSpendCaps.ts",
    find: "yield* apps.get(app)",
    replace: "",
    test
  },
  {
    control: "the page for who has used it up goes with the api surface",
    file: "packages/server/src/Surfaces.ts",
    find: `, "/billing"]`,
    replace: `]`,
    test
  }
]
