import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/model.pg.test.ts"
const vend = { file: "packages/broker/src/database/migrations/0007_replace_vend_function.ts", test }
const context = { file: "packages/broker/src/database/migrations/0002_create_tenant_context.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...context,
    control: "another tenant's rows are not there",
    find: `USING (\${column} = (SELECT gate.tenant()))`,
    replace: `USING (true)`
  },
  {
    ...vend,
    control: "a key of one connection opens no other integration",
    find: `AND c.integration = a.i AND c.user_subject = coalesce(u.sub, '')`,
    replace: `AND c.user_subject = coalesce(u.sub, '')`
  },
  {
    ...vend,
    control: "a connection that was asked for by id is the one that is granted",
    find: ` AND a.c IN ('', c.id::text)`,
    replace: ``
  },
  {
    ...vend,
    control: "a suspended tenant's keys open nothing",
    find: `k.revoked_at IS NOT NULL OR t.status <> 'active'`,
    replace: `k.revoked_at IS NOT NULL`
  },
  {
    ...vend,
    control: "a connection that must be authorised again is not vended",
    find: `c.status IN ('pending', 'needs_reauth')`,
    replace: `c.status IN ('pending')`
  },
  {
    ...vend,
    control: "deny by default: a connection alone is not enough",
    find: `c.id = coalesce(b.connection_id, k.connection_id)`,
    replace: `(c.id = coalesce(b.connection_id, k.connection_id) OR (b.app_id IS NULL AND c.name = 'Acme'))`
  },
  {
    file: "packages/broker/src/database/Tenancy.ts",
    test,
    control: "management is on the word of an admin token",
    find: `if (gate === undefined || gate.token_id === null) return yield* tokens.refusal`,
    replace: `if (gate === undefined) return yield* tokens.refusal`
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "an unbinding takes away the one integration",
    find: `AND integration = \${slug} AND user_subject = \${user} RETURNING app_id`,
    replace: `AND user_subject = '' RETURNING app_id`
  }
]
