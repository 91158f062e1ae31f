import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/eventPace.pg.test.ts"
const events = { file: "packages/broker/src/events/Events.ts", test }
const migration = { file: "packages/broker/src/database/migrations/0009_create_events.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...events,
    control: "a silent stream says that it is there",
    find: `isDue ? [...answer.events, "ping" as const] : answer.events`,
    replace: `answer.events`
  },
  {
    ...events,
    control: "a place is kept while its stream is there",
    find: `renewing ? Option.some(lease) : Option.none()`,
    replace: `Option.none()`
  },
  {
    ...migration,
    control: "what is left is news for every app",
    find: `WHERE a.tenant_id = NEW.tenant_id ORDER BY a.id LOOP`,
    replace: `WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.app_id LOOP`,
    name: "tells each app"
  },
  {
    ...migration,
    control: "what was used is a positive number",
    find: `'micros', -NEW.amount_micros`,
    replace: `'micros', NEW.amount_micros`,
    name: "tells each app"
  }
]
