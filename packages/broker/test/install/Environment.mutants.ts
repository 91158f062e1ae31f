import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/broker/test/install/Environment.pg.test.ts"
const gate = "packages/broker/src/database/migrations/0011_create_runs.ts"
const service = "packages/broker/src/install/Environment.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "that variables were handed out is recorded",
    file: gate,
    find: `IF k.deployment IS NOT NULL THEN`,
    replace: `IF false THEN`,
    test,
    name: "is what follows from its connections"
  },
  {
    control: "variables are of a deployment that was not destroyed",
    file: gate,
    find: `
          AND d.status <> 'destroyed'
`,
    replace: `
`,
    test,
    name: "is given to the deployment of the key"
  },
  {
    control: "variables are given to a key that is good",
    file: service,
    find: `ofApp
          )`,
    replace: `Effect.succeed
          )`,
    test,
    name: "is given to the deployment of the key"
  },
  {
    control: "a credential is that of the connection that was listed, or none",
    file: "packages/broker/src/vend/boundCredentials.ts",
    find: `slugs, only)`,
    replace: `slugs)`,
    test: "packages/broker/test/install/Environment.pg.test.ts",
    name: "may be newer than its version"
  },
  {
    control: "the tenant's own variables are sealed into their row",
    file: "packages/broker/src/install/userVariables.ts",
    find: `row: app,`,
    replace: `row: tenant,`,
    test,
    name: "is refused as a whole"
  },
  {
    control: "the tenant's own variables are sealed with their version",
    file: "packages/broker/src/install/userVariables.ts",
    find: `secretVersion: String(version)`,
    replace: `secretVersion: "1"`,
    test,
    name: "is refused as a whole"
  }
]
