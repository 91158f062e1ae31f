/** For every code that is ours to answer for: what breaks, and the requests that find out. */
import { Effect, Fiber } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { changed, closed, holding, outOfReach, readOnly, somebodyWaits } from "./administer.ts"
import type { Case } from "./refusals.ts"
import { isToken } from "./row.ts"
import { managed, Service, vend } from "../fixtures/service.ts"
import { message, one } from "../fixtures/wire.ts"
import { World } from "./world.ts"

const vendNotion = Effect.flatMap(World, ({ keys }) => vend("notion", keys.good))

const locked = (table: string) => `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`

const readiness = Effect.flatMap(Service, ({ port }) => one(port, message({ path: "/readyz" })))

export const outages = {
  internal_error: [
    {
      name: "a vend whose function the server may not call",
      ask: changed(
        "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM vendo_server",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA gate TO vendo_server",
        vendNotion
      )
    },
    {
      name: "a tenant without a data key",
      ask: Effect.flatMap(World, ({ foreign }) =>
        changed(
          `UPDATE broker.tenant_keys SET state = 'decrypt_only' WHERE tenant_id = '${foreign.id}'`,
          `UPDATE broker.tenant_keys SET state = 'active' WHERE tenant_id = '${foreign.id}'`,
          managed("POST", `${foreign.base}/connections`, { slug: "notion", name: "keyless", credential: "x_unsaid" })
        )
      )
    }
  ],
  upstream_error: [
    {
      name: "a token that must be refreshed, by an upstream that can not be reached",
      ask: Effect.flatMap(World, ({ keys }) => vend("google", keys.good))
    }
  ],
  overloaded: [
    {
      name: "a second request where one is allowed in flight",
      ask: Effect.gen(function* () {
        const { token } = yield* World
        const held = yield* holding(
          locked("broker.app_keys"),
          Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(vendNotion)
            yield* somebodyWaits
            return { fiber, refused: yield* vendNotion }
          })
        )
        isToken(yield* Fiber.join(held.fiber), token)
        return held.refused
      })
    }
  ],
  unavailable: [
    { name: "a vend before a lock that does not come", ask: holding(locked("broker.app_keys"), vendNotion) },
    { name: "a vend that can not be recorded", ask: holding(locked("broker.audit"), vendNotion) },
    {
      name: "a vend whose tenant's log is busy",
      ask: holding("SELECT FROM broker.audit_heads FOR UPDATE", vendNotion)
    },
    {
      name: "a denial that can not be recorded",
      ask: holding(
        locked("broker.audit"),
        Effect.flatMap(World, ({ keys }) => vend("notion", keys.revoked))
      )
    },
    {
      name: "a change that can not be recorded",
      ask: Effect.flatMap(World, ({ own }) =>
        holding(
          locked("broker.audit"),
          managed("POST", `${own.base}/apps`, { slug: "unrecorded", name: "x", kind: "production" })
        )
      )
    },
    { name: "a vend without a database", ask: outOfReach(vendNotion) },
    {
      name: "a vend from a database that takes no connections",
      ask: closed(vendNotion)
    },
    { name: "a vend from a database that is only read", ask: readOnly(vendNotion) },
    { name: "management without a database", ask: outOfReach(managed("GET", "/tenants")) },
    { name: "readiness without a database", ask: outOfReach(readiness) }
  ]
} satisfies Partial<Record<ErrorCode, ReadonlyArray<Case>>>
