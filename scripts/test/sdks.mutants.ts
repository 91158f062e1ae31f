import type { Mutant } from "@vendodev/testing/Mutant"

const test = "scripts/test/sdks.pg.test.ts"

export const mutants: ReadonlyArray<Mutant> = [
  {
    control: "a connection comes with its secrets, apart from its metadata",
    file: "packages/client/src/wireConnection.ts",
    find: `credential: isSecrets(credential)`,
    replace: `credential: isSecrets(undefined)`,
    test
  },
  {
    control: "a session asks for another token when the provider refuses one",
    file: "packages/client/src/session.ts",
    find: `return yield* send(yield* tokens.replace(slug, token))`,
    replace: `return yield* send(token)`,
    test
  },
  {
    control: "a stream says where it left off",
    file: "packages/client/src/Events.ts",
    find: `...(lastEventId !== undefined && { "last-event-id": lastEventId })`,
    replace: ``,
    test
  },
  {
    control: "a user sees what is theirs",
    file: "packages/broker/src/database/migrations/0009_create_events.ts",
    find: `AND e.user_subject = coalesce(claims ->> 'sub', '') AND e.id > after`,
    replace: `AND e.user_subject = '' AND e.id > after`,
    test
  }
]
