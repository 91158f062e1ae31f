import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/manage/exclusive.pg.test.ts"
const tables = { file: "packages/broker/src/database/migrations/0001_create_tables.ts", test }
const connections = { file: "packages/broker/src/manage/Connections.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...tables,
    control: "a credential has one consumer, in however many connections it was pasted",
    find: `broker.app_connection_bindings (integration, slot) WHERE exclusive`,
    replace: `broker.app_connection_bindings (integration, connection_id) WHERE exclusive`
  },
  {
    ...tables,
    control: "a credential has one consumer, in however many tenants",
    find: `broker.app_connection_bindings (integration, slot) WHERE exclusive`,
    replace: `broker.app_connection_bindings (tenant_id, integration, slot) WHERE exclusive`
  },
  {
    ...tables,
    control: "a sandbox never receives an exclusive credential",
    find: `CHECK (NOT (exclusive AND app_kind = 'sandbox'))`,
    replace: `CHECK (true)`
  },
  {
    ...tables,
    control: "exclusivity is the integration's, and follows it",
    find: `REFERENCES broker.integrations (slug, exclusive) ON UPDATE CASCADE`,
    replace: `REFERENCES broker.integrations (slug, exclusive)`
  },
  {
    ...connections,
    control: "a token issued again is the same consumer",
    find: `keyring.fingerprint(slug, Redacted.make(value))`,
    replace: `keyring.fingerprint(slug, Redacted.make(value + id))`
  },
  {
    ...connections,
    control: "a revocation gives the slot back",
    find: `slot = decode(replace(id::text, '-', ''), 'hex'), auth_version`,
    replace: `auth_version`
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "a binding waits for a revocation under way and sees it",
    find: ` FOR SHARE`,
    replace: ``
  },
  {
    file: "packages/broker/src/manage/Bindings.ts",
    test,
    control: "who holds a credential is said to its own tenant",
    find: `        return bound ?? null`,
    replace: `        return bound === undefined ? null : null`
  }
]
