import type { Mutant } from "@vendodev/testing/Mutant"

const lastUse = {
  file: "packages/broker/src/disconnect/lastUse.ts",
  test: "packages/broker/test/disconnect/lastUse.pg.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...lastUse,
    control: "a large log is not read to its beginning",
    find: "ORDER BY seq DESC LIMIT ${searched}::int) a",
    replace: "ORDER BY seq DESC LIMIT ${searched}::int * 1000) a"
  },
  {
    ...lastUse,
    control: "a refusal is no use",
    find: "AND a.body ->> 'outcome' = 'granted'",
    replace: ""
  },
  {
    ...lastUse,
    control: "a report is no use",
    find: "IN ('vend', 'vend_stale')",
    replace: "IN ('vend', 'vend_stale', 'report')"
  },
  {
    ...lastUse,
    control: "the last use is the newest",
    find: "ORDER BY a.seq DESC LIMIT 1",
    replace: "ORDER BY a.seq LIMIT 1"
  },
  {
    ...lastUse,
    control: "where the log ends, it is not said that there is more",
    find: "- ${searched}::int + 1 AND a.seq > 1",
    replace: "- ${searched}::int + 1"
  }
]
