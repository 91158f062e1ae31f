import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/revocation.pg.test.ts"
const vend = { file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/access/BindingRepo.ts",
    test,
    control: "no decision is kept, not for a second",
    find: `orUnavailable(decide({ ...question, requestId: fiber.getRef(RequestId) }))`,
    replace: `((globalThis.kept ??= {})[Buffer.from(question.keyHash).toString("hex")] ??= Effect.runSync(
      Effect.cachedWithTTL(orUnavailable(decide({ ...question, requestId: fiber.getRef(RequestId) })), "1 second")
    ))`
  },
  {
    ...vend,
    control: "a revoked key opens nothing",
    find: `WHEN k.revoked_at IS NOT NULL OR t.status <> 'active'`,
    replace: `WHEN k.revoked_at < now() - interval '1 second' OR t.status <> 'active'`
  },
  {
    ...vend,
    control: "a revoked connection is not vended",
    find: `WHEN c.status = 'revoked' THEN 'connection_revoked'`,
    replace: `WHEN c.status = 'revoked' THEN 'granted'`
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "an unbinding takes the binding away",
    find: `AND integration = \${slug} AND user_subject = \${user} RETURNING app_id`,
    replace: `AND integration = \${slug} AND user_subject = 'nobody' RETURNING app_id`
  }
]
