import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/oneRefresh.slow.test.ts"
const lease = { file: "packages/broker/src/database/migrations/0005_create_token_leases.ts", test }
const cache = { file: "packages/broker/src/vend/TokenCache.ts", test }

const quietly = "is asked once a round"
const disturbed = "is killed or stopped"

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...lease,
    name: quietly,
    control: "one process at a time asks the upstream",
    find: `ELSIF c.refresh_lease_until > moment THEN`,
    replace: `ELSIF false THEN`
  },
  {
    ...lease,
    name: quietly,
    control: "what was replaced meanwhile is not replaced again",
    find: `ELSIF c.secret_version <> version THEN`,
    replace: `ELSIF false THEN`
  },
  {
    ...lease,
    name: disturbed,
    control: "who dies is overtaken when its lease runs out",
    find: `refresh_lease_until = moment + interval '5 seconds'`,
    replace: `refresh_lease_until = moment + interval '1 hour'`
  },
  {
    ...lease,
    name: disturbed,
    control: "who was overtaken writes nothing",
    find: `x.id = connection AND x.refresh_epoch = held AND x.refresh_lease_until IS NOT NULL
          AND x.status IN ('active', 'error') FOR UPDATE OF x;
      IF NOT FOUND THEN RETURN 'lost'`,
    replace: `x.id = connection AND x.refresh_lease_until IS NOT NULL
          AND x.status IN ('active', 'error') FOR UPDATE OF x;
      IF NOT FOUND THEN RETURN 'lost'`
  },
  {
    ...cache,
    name: disturbed,
    control: "a token that came too late is in nobody's hands",
    find: `if (outcome === "kept") memory.set`,
    replace: `memory.set`
  },
  {
    ...cache,
    name: disturbed,
    control: "who lost its lease asks the upstream no more",
    find: `Effect.as(beat(lease), Option.none<UpstreamToken>())`,
    replace: `Effect.andThen(beat(lease), Effect.never)`
  }
]
