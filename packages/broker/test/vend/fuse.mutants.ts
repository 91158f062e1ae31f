import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/vend/fuse.slow.test.ts"
const leases = { file: "packages/broker/src/database/migrations/0005_create_token_leases.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...leases,
    control: "flips are counted one after the other",
    find: `SELECT x.* INTO f FROM broker.fuses x WHERE x.integration = slug FOR UPDATE;`,
    replace: `SELECT x.* INTO f FROM broker.fuses x WHERE x.integration = slug;`
  },
  {
    ...leases,
    control: "no more than twenty, or one in twenty, need their users at once",
    find: `IF flipped + 1 <= greatest(20,`,
    replace: `IF flipped + 1 <= greatest(21,`
  },
  {
    ...leases,
    control: "a blown fuse stays blown until somebody releases it",
    find: `IF f.blown_at IS NOT NULL THEN RETURN false; END IF;`,
    replace: `IF f.blown_at > moment - interval '5 minutes' THEN RETURN false; END IF;`
  },
  {
    ...leases,
    control: "a fuse that was released lets its flips through",
    find: `IF f.released_until > moment THEN RETURN true; END IF;`,
    replace: ``
  },
  {
    ...leases,
    control: "a flip is recorded with its reason",
    find: `'integration', c.integration, 'reason', detail, 'request', request)]);`,
    replace: `'integration', c.integration, 'request', request)]);`
  }
]
