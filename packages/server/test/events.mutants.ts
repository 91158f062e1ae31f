import type { Mutant } from "@vendodev/testing/Mutant"

const test = "packages/server/test/events.pg.test.ts"
const migration = { file: "packages/broker/src/database/migrations/0009_create_events.ts", test }
const events = { file: "packages/broker/src/events/Events.ts", test }

export const mutants: ReadonlyArray<Mutant> = [
  {
    ...migration,
    control: "a change of something else is none of how a connection stands",
    find: `IF NEW.status <> OLD.status THEN`,
    replace: `IF true THEN`,
    name: "are of each"
  },
  {
    ...migration,
    control: "events come in their order",
    find: `"Z"')) ORDER BY e.id), '[]')`,
    replace: `"Z"')) ORDER BY e.id DESC), '[]')`,
    name: "that were missed"
  },
  {
    ...migration,
    control: "a binding that ends is an event",
    find: `"INSERT OR DELETE"`,
    replace: `"INSERT"`,
    name: "are of each"
  },
  {
    ...migration,
    control: "the last 100 are kept, and no more",
    find: `OFFSET 100 LIMIT 1`,
    replace: `OFFSET 101 LIMIT 1`,
    name: "that were missed"
  },
  {
    ...migration,
    control: "an event is of one user, or the tenant's own",
    find: `AND e.user_subject = coalesce(claims ->> 'sub', '') AND e.id > after`,
    replace: `AND e.id > after`,
    name: "are the tenant's own"
  },
  {
    ...migration,
    control: "an event is of one app",
    find: `WHERE e.tenant_id = k.tenant_id AND e.app_id = k.app_id
            AND`,
    replace: `WHERE e.tenant_id = k.tenant_id
            AND`,
    name: "are the tenant's own"
  },
  {
    ...migration,
    control: "a revoked key wakes its streams",
    find: `AFTER UPDATE OF revoked_at, expires_at ON`,
    replace: `AFTER UPDATE OF hint ON`,
    name: "end with the right"
  },
  {
    file: "packages/broker/src/database/migrations/0008_create_ledger_and_connect_sessions.ts",
    test,
    control: "a removed user ends the streams that were theirs",
    find: `AND (u.iat IS NULL OR to_timestamp(u.iat) <= r.removed_at))) THEN 'identity_invalid'`,
    replace: `AND u.iat IS NULL)) THEN 'identity_invalid'`,
    name: "end with the right"
  },
  {
    ...events,
    control: "an expired key ends its streams when it expires",
    find: `Duration.min(Duration.millis(silent), expiresIn)`,
    replace: `Duration.millis(silent)`,
    name: "end with the right"
  },
  {
    ...events,
    control: "nothing is heard twice",
    find: `after: newest(answer.events, after),`,
    replace: `after,`,
    name: "are of each"
  },
  {
    ...events,
    control: "ids that were never given are not waited for",
    find: `Math.min(
          Option.getOrElse(after, () => place.latest),
          place.latest
        )`,
    replace: `Option.getOrElse(after, () => place.latest)`,
    name: "that were missed"
  },
  {
    file: "packages/server/src/Notifications.ts",
    test,
    control: "who brings word comes back",
    find: `Effect.retry(hear, patience)`,
    replace: `hear`,
    name: "are heard again"
  }
]
