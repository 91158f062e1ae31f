/** What an app asks on its own behalf, and what is asked about money: how each is refused. */
import { Effect } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { managed, Service } from "../fixtures/service.ts"
import { asking, bare, bearing, connections, posting } from "./asks.ts"
import type { Case } from "./refusals.ts"

export const ownRefusals = {
  validation_failed: [
    {
      name: "a sandbox that is neither said nor left out",
      ask: bearing(`${connections}?sandbox=true`, ({ keys }) => keys.good),
      particulars: { field: "sandbox" }
    },
    {
      name: "an address to return to that is none",
      ask: posting("/api/connect-sessions", { slug: "notion", return_to: "/back" }, ({ keys }) => keys.good),
      particulars: { field: "return_to" }
    },
    {
      name: "credit of nothing",
      ask: asking(({ own }) => managed("POST", `${own.base}/credits`, { amount_micros: 0, reference: "none" })),
      particulars: { field: "amount_micros" }
    }
  ],
  app_unknown: [
    {
      name: "an admin token for what an app asks",
      ask: Effect.flatMap(Service, ({ adminToken }) => bearing(connections, () => adminToken))
    },
    { name: "no key for a balance", ask: bare("/api/billing/balance"), particulars: { sent: false } }
  ],
  app_revoked: [
    { name: "a revoked key that asks for connections", ask: bearing(connections, ({ keys }) => keys.revoked) },
    {
      name: "a key of a suspended tenant that asks what is left",
      ask: bearing("/api/billing/balance", ({ keys }) => keys.suspended)
    }
  ],
  app_expired: [
    { name: "an expired key that asks for usage", ask: bearing("/api/billing/usage", ({ keys }) => keys.expired) }
  ],
  forbidden: [
    { name: "a connection's key for an app's connections", ask: bearing(connections, ({ keys }) => keys.connection) },
    {
      name: "a connection's key for an app's caps",
      ask: bearing("/api/billing/spend-caps", ({ keys }) => keys.connection)
    },
    {
      name: "a connect session where nobody said how people reach the service",
      ask: posting("/api/connect-sessions", { slug: "notion" }, ({ keys }) => keys.good)
    }
  ],
  provider_unknown: [
    { name: "an integration nobody has heard of", ask: bare("/api/integrations/nosuch") },
    {
      name: "a connect session for no integration",
      ask: posting("/api/connect-sessions", { slug: "nosuch" }, ({ keys }) => keys.good)
    }
  ],
  conflict: [
    {
      name: "a credit's reference",
      ask: asking(({ own }) =>
        Effect.andThen(
          managed("POST", `${own.base}/credits`, { amount_micros: 1, reference: "taken" }),
          managed("POST", `${own.base}/credits`, { amount_micros: 2, reference: "taken" })
        )
      )
    }
  ],
  not_found: [
    {
      name: "an app of another tenant that is to be capped",
      ask: asking(({ foreign, own }) =>
        managed("PUT", `${own.base}/apps/${foreign.app}/spend-caps`, { daily_micros: 1, monthly_micros: null })
      )
    }
  ]
} satisfies Partial<Record<ErrorCode, ReadonlyArray<Case>>>
