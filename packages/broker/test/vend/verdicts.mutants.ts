import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/vend/verdicts.slow.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/broker/src/vend/refusals.ts",
    test,
    control: "a masked value is the operator's to mend, not the user's",
    find: `unservable: "profile_unsupported"`,
    replace: `unservable: "connection_needs_reauth"`
  },
  {
    file: "packages/broker/src/database/migrations/0005_create_token_leases.ts",
    test,
    control: "only a definite answer flips a connection",
    find: `flipped := verdict = 'dead' AND gate.fuse_holds`,
    replace: `flipped := verdict IN ('dead', 'ours') AND gate.fuse_holds`
  }
]
