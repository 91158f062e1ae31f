import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/disconnect.slow.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    file: "packages/server/src/Server.ts",
    test,
    control: "every process tells upstreams",
    find: "Broker.background.pipe(",
    replace: "Layer.empty.pipe("
  },
  {
    file: "packages/broker/src/database/migrations/0012_create_revocations_and_pools.ts",
    test,
    name: "at once",
    control: "word goes out when something is queued",
    find: "PERFORM pg_notify('vendo_events', 'revocations');",
    replace: ""
  },
  {
    file: "packages/server/src/Notifications.ts",
    test,
    name: "at once",
    control: "the word of the queue is heard",
    find: `revocations: on("revocations")`,
    replace: `revocations: on("nothing")`
  },
  {
    file: "packages/broker/src/database/migrations/0012_create_revocations_and_pools.ts",
    test,
    control: "what ended holds no credential",
    find: "ended_at = moment, secret_box = NULL, dek_version = NULL",
    replace: "ended_at = moment"
  }
]
