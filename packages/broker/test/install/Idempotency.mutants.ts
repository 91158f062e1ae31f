import type { Mutant } from "@vendodev/testing/Mutant"

const one = {
  file: "packages/broker/src/install/Idempotency.ts",
  test: "packages/broker/test/install/Idempotency.pg.test.ts"
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...one,
    control: "of many the same at once one is done",
    find: "WHERE i.created_at <= now() - interval '24 hours'\n          RETURNING",
    replace: "RETURNING"
  },
  {
    ...one,
    control: "another request under the same name is refused",
    find: "Buffer.compare(found.value.request_hash, request) === 0",
    replace: "Buffer.compare(found.value.request_hash, request) < 2"
  },
  {
    ...one,
    control: "the same name in another tenant has nothing in common with it",
    find: "`${what}\\n${id}\\n${route}\\n${text}`",
    replace: "`${what}\\n${route}\\n${text}`"
  },
  {
    ...one,
    control: "the same name on another route is another",
    find: "VALUES (${id}, ${route}, ${key}, ${request})",
    replace: "VALUES (${id}, 'any', ${key}, ${request})"
  },
  {
    ...one,
    control: "an answer is kept for 24 hours",
    find: "WHERE i.created_at <= now() - interval '24 hours'\n          RETURNING",
    replace: "WHERE i.created_at <= now() - interval '23 hours'\n          RETURNING"
  },
  {
    ...one,
    control: "an answer is not kept for longer",
    find: "DO UPDATE SET request_hash = excluded.request_hash, created_at = now(),",
    replace: "DO UPDATE SET created_at = now(),"
  },
  {
    ...one,
    control: "too old ones are cleared away, a hundred at most",
    find: "ORDER BY o.created_at LIMIT 100 FOR",
    replace: "ORDER BY o.created_at LIMIT 1000 FOR"
  },
  {
    ...one,
    control: "only too old ones are cleared away",
    find: "WHERE o.created_at <= now() - interval '24 hours' ORDER",
    replace: "WHERE o.created_at <= now() - interval '24 hours' OR true ORDER"
  },
  {
    ...one,
    control: "an answer is sealed to its place",
    find: `row: Buffer.from(keyHash).toString("hex"),`,
    replace: `row: "any" + keyHash.length,`
  }
]
