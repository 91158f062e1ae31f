/** For every code a caller can bring about alone: the requests that do. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import type { TestDatabase } from "@vendodev/testing/Postgres"
import type { Particulars } from "./row.ts"
import { bind, connect, managed, Service, vend } from "../fixtures/service.ts"
import { type Answer, message, type NoAnswer, one } from "../fixtures/wire.ts"
import { asking, bare, bearing, raw } from "./asks.ts"
import { installRefusals } from "./installRefusals.ts"
import { ownRefusals } from "./ownRefusals.ts"
import { World } from "./world.ts"

export interface Case {
  readonly name: string
  readonly ask: Effect.Effect<Answer, NoAnswer, Service | World | TestDatabase>
  readonly particulars?: Particulars
  /** Not kept yet: what is wrong, and where. The test turns red when it is mended, and this goes. */
  readonly broken?: string
  /** What is named besides `error` and `detail`. */
  readonly body?: (fields: Readonly<Record<string, unknown>>) => Effect.Effect<void, never, World>
}

const one_of = (answers: ReadonlyArray<Answer>): Answer => {
  const [first, ...rest] = answers
  if (first === undefined) throw new Error("nothing was asked")
  for (const answer of rest) assert.strictEqual(answer.body, first.body)
  return first
}

export const refusals = {
  request_invalid: [
    {
      name: "a header that was sent twice",
      ask: asking(({ keys }) =>
        vend("notion", keys.good, { Authorization: `Bearer x\r\nAuthorization: Bearer ${keys.good}` })
      )
    },
    { name: "what is no HTTP", ask: raw("hello\r\n\r\n") }
  ],
  validation_failed: [
    ...ownRefusals.validation_failed,
    ...installRefusals.validation_failed,
    {
      name: "a slug that can be none",
      ask: asking(({ keys }) => vend("notion%20", keys.good)),
      particulars: { field: "slug" }
    },
    {
      name: "a body without a name",
      ask: managed("POST", "/tenants", { slug: "nameless" }),
      particulars: { field: "name" }
    },
    {
      name: "a connection of another integration",
      ask: asking(({ connections, own }) => bind(own.base, own.app, "linear", connections.notion)),
      particulars: { field: "connection_id" }
    }
  ],
  app_unknown: [
    ...ownRefusals.app_unknown,
    { name: "no key", ask: bare("/credentials/notion"), particulars: { sent: false } },
    { name: "a key nobody issued", ask: asking(({ keys }) => vend("notion", keys.unknown)) },
    { name: "what is no key", ask: vend("notion", "open-sesame") },
    { name: "an admin token", ask: Effect.flatMap(Service, ({ adminToken }) => vend("notion", adminToken)) }
  ],
  app_revoked: [
    ...ownRefusals.app_revoked,
    { name: "a revoked key", ask: asking(({ keys }) => vend("notion", keys.revoked)) },
    { name: "a key of a suspended tenant", ask: asking(({ keys }) => vend("notion", keys.suspended)) }
  ],
  app_expired: [
    ...ownRefusals.app_expired,
    { name: "an expired key", ask: asking(({ keys }) => vend("notion", keys.expired)) }
  ],
  identity_invalid: [
    {
      name: "a user token nobody can verify",
      ask: asking(({ keys }) => vend("notion", keys.good, { "X-Vendo-User-JWT": "a.b.c" }))
    }
  ],
  session_required: [
    {
      name: "no token",
      ask: bare("/api/tenants"),
      particulars: { sent: false }
    },
    { name: "a token nobody issued", ask: bearing("/api/tenants", ({ keys }) => keys.unknownAdmin) },
    { name: "the key of an app", ask: bearing("/api/tenants", ({ keys }) => keys.good) }
  ],
  connection_needs_reauth: [
    { name: "a connection its provider refused", ask: asking(({ keys }) => vend("linear", keys.good)) },
    { name: "a connection that is not finished", ask: asking(({ keys }) => vend("slack", keys.good)) }
  ],
  binding_missing: [
    {
      name: "nothing bound, whether there is a connection elsewhere or not",
      ask: asking(({ keys }) => vend("gmail", keys.good))
    },
    {
      name: "another connection than the bound one: its own, a foreign one, or none at all",
      ask: asking(({ connections, foreign, keys }) =>
        Effect.gen(function* () {
          const elsewhere = yield* connect(foreign.base, "notion", {
            credential: "notion_unsaid",
            name: crypto.randomUUID()
          })
          const ids = [connections.stale, elsewhere, crypto.randomUUID()]
          return one_of(yield* Effect.forEach(ids, (id) => vend("notion", keys.good, { "X-Vendo-Connection": id })))
        })
      )
    },
    {
      name: "a connection's key for another integration",
      ask: asking(({ keys }) => vend("linear", keys.connection))
    }
  ],
  connection_revoked: [
    { name: "a vend of a revoked connection", ask: asking(({ keys }) => vend("github", keys.good)) },
    {
      name: "binding a revoked connection",
      ask: asking(({ connections, own }) => bind(own.base, own.app, "github", connections.revoked))
    }
  ],
  forbidden: [
    ...ownRefusals.forbidden,
    ...installRefusals.forbidden,
    {
      name: "an exclusive credential and a sandbox",
      ask: asking(({ foreign }) =>
        Effect.gen(function* () {
          const slug = `sandbox-${crypto.randomUUID().slice(0, 8)}`
          const app = yield* managed("POST", `${foreign.base}/apps`, { slug, name: slug, kind: "sandbox" })
          const bot = yield* connect(foreign.base, "telegram", { credential: "1002:test_bot_unsaid" })
          return yield* bind(foreign.base, /"id":"([^"]+)"/.exec(app.body)?.[1] ?? "", "telegram", bot)
        })
      )
    }
  ],
  provider_unknown: [
    ...ownRefusals.provider_unknown,
    { name: "a slug of no integration", ask: asking(({ keys }) => vend("nosuch", keys.good)) },
    { name: "a variable of no integration", ask: asking(({ keys }) => vend("v1/PATH", keys.good)) },
    {
      name: "a connection for no integration",
      ask: asking(({ own }) => managed("POST", `${own.base}/connections`, { slug: "nosuch", credential: "x" }))
    }
  ],
  not_found: [
    ...ownRefusals.not_found,
    ...installRefusals.not_found,
    { name: "no such route", ask: bare("/nowhere") },
    { name: "no such object", ask: managed("GET", `/tenants/${crypto.randomUUID()}/apps`) },
    {
      name: "an object of another tenant",
      ask: asking(({ foreign, own }) => managed("GET", `${own.base}/apps/${foreign.app}/bindings`))
    }
  ],
  method_not_allowed: [
    { name: "a vend that is not a GET", ask: bare("/credentials/notion", "POST"), particulars: { allow: "GET" } },
    { name: "a route with two methods", ask: bare("/api/tenants", "DELETE"), particulars: { allow: "GET, POST" } }
  ],
  connection_in_use: [
    ...installRefusals.connection_in_use,
    {
      name: "a bot of an app of one's own, which is named",
      ask: asking(({ connections, own }) =>
        Effect.gen(function* () {
          const slug = `second-${crypto.randomUUID().slice(0, 8)}`
          const app = yield* managed("POST", `${own.base}/apps`, { slug, name: slug, kind: "production" })
          return yield* bind(own.base, /"id":"([^"]+)"/.exec(app.body)?.[1] ?? "", "telegram", connections.bot)
        })
      ),
      body: ({ bound_to }) =>
        Effect.map(World, ({ own }) =>
          assert.deepStrictEqual(bound_to, { app_id: own.app, app_slug: "tool", app_name: "tool" })
        )
    },
    {
      name: "a bot of somebody else, who is not",
      ask: asking(({ foreign }) =>
        Effect.flatMap(
          connect(foreign.base, "telegram", { credential: "1001:other_unsaid", name: "same bot" }),
          (bot) => bind(foreign.base, foreign.app, "telegram", bot)
        )
      ),
      body: ({ bound_to }) => Effect.sync(() => assert.isNull(bound_to))
    }
  ],
  idempotency_conflict: installRefusals.idempotency_conflict,
  conflict: [
    ...ownRefusals.conflict,
    ...installRefusals.conflict,
    {
      name: "a tenant's slug",
      ask: Effect.andThen(
        managed("POST", "/tenants", { slug: "taken", name: "First" }),
        managed("POST", "/tenants", { slug: "taken", name: "Second" })
      )
    },
    {
      name: "an app's slug",
      ask: asking(({ own }) => managed("POST", `${own.base}/apps`, { slug: "tool", name: "tool", kind: "sandbox" }))
    },
    {
      name: "a connection's name",
      ask: asking(({ own }) =>
        managed("POST", `${own.base}/connections`, { slug: "notion", credential: "other_unsaid" })
      )
    }
  ],
  too_large: [
    {
      name: "a body beyond what the route takes",
      ask: managed("POST", "/tenants", { slug: "large", name: "x".repeat(65_536) }),
      particulars: { status: 413 }
    },
    {
      name: "headers beyond 16 kB",
      ask: asking(({ keys }) => vend("notion", keys.good, { "X-Large": "x".repeat(17 * 1024) })),
      particulars: { status: 431 }
    },
    {
      name: "more than 100 headers",
      ask: asking(({ keys }) =>
        vend("notion", keys.good, Object.fromEntries(Array.from({ length: 98 }, (_, i) => [`X-${i}`, "1"])))
      ),
      particulars: { status: 431 }
    }
  ],
  rate_limited: [
    {
      name: "more reports of refused tokens than are worth hearing",
      ask: asking(({ foreign }) =>
        Effect.gen(function* () {
          const { port } = yield* Service
          const report = message({
            method: "POST",
            path: "/credentials/notion/refused",
            bearer: foreign.key,
            body: JSON.stringify({ fingerprint: "0".repeat(64), status: 401 }),
            headers: { "Content-Type": "application/json" }
          })
          for (let i = 0; i < 10; i++) yield* one(port, report)
          return yield* one(port, report)
        })
      )
    }
  ],
  profile_unsupported: [
    { name: "a profile that is not vended here", ask: asking(({ keys }) => vend("stripe", keys.good)) }
  ]
} satisfies Partial<Record<ErrorCode, ReadonlyArray<Case>>>
