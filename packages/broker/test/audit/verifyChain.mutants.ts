import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/audit/verifyChain.pg.test.ts"
const chain = { file: "packages/broker/src/database/migrations/0003_create_audit_chain.ts", test }
const verifier = { file: "packages/broker/src/audit/verifyChain.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...chain,
    control: "a record's hash covers all before it",
    find: `sha256(hashes[at] || int8send(seqs[at])`,
    replace: `sha256(int8send(seqs[at])`
  },
  {
    ...chain,
    control: "a record's hash covers its time",
    find: `|| micros ||`,
    replace: `||`
  },
  {
    ...chain,
    control: "one writer at a time goes on from the head",
    find: `ORDER BY a.tenant_id FOR UPDATE`,
    replace: `ORDER BY a.tenant_id`
  },
  {
    ...verifier,
    control: "a changed record is found",
    find: `if (!isSame(hash, record.hash)) return Option.some(record.seq)`,
    replace: `hash = record.hash`
  },
  {
    ...verifier,
    control: "a missing record is found where it is missing",
    find: `if (record.seq !== expected) return Option.some(lesser(record.seq, expected))`,
    replace: ``
  },
  {
    ...verifier,
    control: "a log cut short is found",
    find: `if (seq !== head.seq) return Option.some(seq + 1n)`,
    replace: ``
  },
  {
    ...verifier,
    control: "a record after the head is found",
    find: `if (head.last !== head.seq) return Option.some(head.seq + 1n)`,
    replace: ``
  },
  {
    ...verifier,
    control: "another head is found",
    find: `return isSame(hash, head.hash) ? Option.none() : Option.some(seq)`,
    replace: `return Option.none()`
  },
  {
    ...verifier,
    control: "a log is followed to its end",
    find: `while (page.length === pageSize)`,
    replace: `while (false)`
  }
]
