import type { Mutant } from "@vendodev/testing/Mutant"

const at = "packages/broker/test/install"
const deployments = "packages/broker/src/install/Deployments.ts"
const binding = "packages/broker/src/install/binding.ts"
const migration = "packages/broker/src/database/migrations/0010_create_deployments.ts"
const destruction = "packages/broker/src/install/destruction.ts"

const written = { test: `${at}/Deployments.pg.test.ts` }
const refused = { test: `${at}/installRefused.pg.test.ts` }
const raced = { test: `${at}/installRaces.pg.test.ts` }
const destroyed = { test: `${at}/destroyed.pg.test.ts` }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...written,
    file: deployments,
    control: "an installation is recorded",
    find: `action: "deployment.install"`,
    replace: `action: "app.create"`
  },
  {
    ...written,
    file: deployments,
    control: "no record of an installation holds a value",
    find: `variables: Object.keys(variables).toSorted().join(" ") || null`,
    replace: `variables: JSON.stringify(Object.values(variables).map(Redacted.value)) + Object.keys(variables).toSorted().join(" ")`
  },
  {
    ...written,
    file: deployments,
    control: "variables are sealed to their version",
    find: "userVariables.seal({ tenant: tenant.id, app: app.id }, 1n, variables)",
    replace: "userVariables.seal({ tenant: tenant.id, app: app.id }, 2n, variables)"
  },
  {
    ...written,
    file: "packages/broker/src/manage/Connections.ts",
    control: "a tenant has one connection to a pool, whatever it is called",
    find: "if (there !== undefined) return yield* Effect.orDie(get(there.id))",
    replace: ""
  },
  {
    ...written,
    file: binding,
    control: "a pasted credential is named after its deployment",
    find: "name: choice.name ?? DisplayName.make(app.slug),",
    replace: "name: choice.name ?? DisplayName.make(integration.slug),"
  },
  {
    ...refused,
    file: deployments,
    control: "an installation never takes over an app that is there",
    find: "const app = yield* apps.add({ slug,",
    replace:
      "const app = yield* ((input: Parameters<typeof apps.create>[0]) => Effect.option(apps.create(input)))({ slug,"
  },
  {
    ...refused,
    file: deployments,
    control: "what is wrong undoes everything",
    find: "if (Option.isSome(refusal)) return yield* refusal.value",
    replace: "if (Option.isSome(refusal)) return yield* Effect.die(refusal.value)"
  },
  {
    ...refused,
    file: binding,
    control: "what the database refuses is told with its holder",
    find: "connection_in_use: ({ bound_to }) => Effect.succeed(takenBy(use, bound_to)),",
    replace: "connection_in_use: () => Effect.succeed(takenBy(use, null)),"
  },
  {
    ...refused,
    file: binding,
    control: "a credential that can not be pasted is told with everything else",
    find: "validation_failed: ({ detail }) => Effect.succeed({ ready: undefined, tried: unusable(use, detail) })",
    replace: "validation_failed: () => Effect.succeed({ ready: undefined, tried: nothing })"
  },
  {
    ...refused,
    file: deployments,
    control: "a name that is no slug asks for one",
    find: "&& !fitsSlug(manifest.name) ? [noSlug] : []",
    replace: "&& !fitsSlug(manifest.name) ? [] : []"
  },
  {
    ...raced,
    file: "packages/broker/src/database/migrations/0001_create_tables.ts",
    control: "of many installations with one bot one has it",
    find: `CREATE UNIQUE INDEX one_consumer ON`,
    replace: `CREATE INDEX one_consumer ON`
  },
  {
    ...raced,
    file: deployments,
    control: "connections are taken in the order of their ids",
    find: "ORDER BY id FOR SHARE",
    replace: "ORDER BY id"
  },
  {
    ...destroyed,
    file: destruction,
    control: "a destroyed deployment may use nothing",
    find: "for (const { slug, user } of yield* bindings.list(app))",
    replace: "for (const { slug, user } of (yield* bindings.list(app)).slice(1))"
  },
  {
    ...destroyed,
    file: migration,
    control: "the database binds nothing to what is destroyed",
    find: "IF s = 'destroyed' THEN",
    replace: "IF s = 'nothing' THEN"
  },
  {
    ...destroyed,
    file: migration,
    control: "whoever destroys a deployment is waited for",
    find: "WHERE d.tenant_id = t AND d.app_id = app FOR UPDATE;\n      IF s",
    replace: "WHERE d.tenant_id = t AND d.app_id = app;\n      IF s"
  },
  {
    ...destroyed,
    file: "packages/broker/src/database/migrations/0014_restrict_keys.ts",
    control: "no key is minted for what is destroyed",
    find: "IF NEW.app_id IS NOT NULL THEN",
    replace: "IF false THEN"
  },
  {
    ...destroyed,
    file: destruction,
    control: "what was bound at the last moment is seen",
    find: "if (ended !== undefined && (yield* bindings.list(id)).length > 0)",
    replace: "if (false)"
  },
  {
    ...destroyed,
    file: destruction,
    control: "what its users bound goes as well",
    find: "user ?? noSubject)",
    replace: "noSubject)"
  },
  {
    ...destroyed,
    file: destruction,
    control: "a destroyed deployment's variables are erased",
    find: "wanted = 'stop', env_box = NULL,\n        env_dek_version = NULL",
    replace: "wanted = 'stop'"
  },
  {
    ...destroyed,
    file: destruction,
    control: "a run that is alive hears of the end",
    find: "yield* ended.runs ? expireKeys(id) : revokeKeys(id)",
    replace: "yield* revokeKeys(id)"
  },
  {
    ...destroyed,
    file: destruction,
    control: "the keys of a destroyed deployment end at once where nobody runs it",
    find: "yield* ended.runs ? expireKeys(id) : revokeKeys(id)",
    replace: "yield* expireKeys(id)"
  },
  {
    ...destroyed,
    file: destruction,
    control: "the keys of a run that is alive end within a minute",
    find: "SET expires_at = now() + interval '60 seconds'",
    replace: "SET expires_at = now() + interval '61 seconds'"
  }
]
