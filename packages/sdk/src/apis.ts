/** The parts of a client, by noun. */
import { Effect, Option } from "effect"
import { Billing } from "@vendodev/client/Billing"
import { Connections } from "@vendodev/client/Connections"
import { Integrations } from "@vendodev/client/Integrations"
import type { SubscribeOptions } from "./events.ts"
import { connectionOf, usageOf } from "./present.ts"
import type { Work } from "./runtime.ts"
import type { Balance, CallOptions, Connection, EventStreamMessage, Integration, SpendCaps, Usage } from "./types.ts"

/** Runs one call of a client. @internal */
export type Call = <A>(work: Work<A>, options?: CallOptions) => Promise<A>

/** What is connected. The secrets in it are real: hand on `status`, and not the whole. */
export interface ConnectionsAPI {
  /**
   * Everything this deployment could use, and what is connected of it. In OSS mode: the integrations whose variables
   * are set. Calls that are made at the same time share one request.
   */
  list(options?: CallOptions): Promise<ReadonlyArray<Connection>>
  /** Null when the deployment has no such integration. */
  get(slug: string, options?: CallOptions): Promise<Connection | null>
}

/** What could be connected: the catalog. */
export interface IntegrationsAPI {
  /** The catalog: the service's, or in OSS mode that of this release. */
  list(options?: CallOptions): Promise<ReadonlyArray<Integration>>
  /** Null for a slug that is not in it. */
  get(slug: string, options?: CallOptions): Promise<Integration | null>
  /** The variables of an integration, the conventional one first; none for an unknown slug. Asks nobody. */
  envVars(slug: string): Promise<ReadonlyArray<string>>
}

/** What is left, and what was used. Throws `VendoOnlyFeature` in OSS mode. */
export interface BillingAPI {
  /** What the tenant has left. */
  balance(options?: CallOptions): Promise<Balance>
  /** How much this deployment may spend, and has. */
  spendCaps(options?: CallOptions): Promise<SpendCaps>
  /** What this deployment used, by provider, since the start of the day or the month. */
  usage(options?: CallOptions & { readonly period?: "day" | "month" | undefined }): Promise<Usage>
}

/** What happens, as it happens. */
export interface EventsAPI {
  /**
   * What happens to the deployment's connections and money, as it happens. It connects again where the stream broke
   * off, from the last event on, and throws what will not pass, such as a revoked key. Leaving the loop, or the signal,
   * ends it. Throws `VendoOnlyFeature` at once in OSS mode.
   */
  subscribe(options?: SubscribeOptions): AsyncIterable<EventStreamMessage>
}

/** @internal */
export const connectionsApi = (call: Call): ConnectionsAPI => ({
  list: (options) =>
    call(
      Effect.flatMap(Connections, ({ list }) => Effect.map(list, (all) => all.map(connectionOf))),
      options
    ),
  get: (slug, options) =>
    call(
      Effect.flatMap(Connections, ({ get }) =>
        Effect.map(get(slug), (found) => Option.getOrNull(Option.map(found, connectionOf)))
      ),
      options
    )
})

/** @internal */
export const integrationsApi = (call: Call): IntegrationsAPI => ({
  list: (options) =>
    call(
      Effect.flatMap(Integrations, ({ list }) => list),
      options
    ),
  get: (slug, options) =>
    call(
      Effect.flatMap(Integrations, ({ get }) => Effect.map(get(slug), Option.getOrNull)),
      options
    ),
  envVars: (slug) => call(Effect.map(Integrations, ({ envVars }) => envVars(slug)))
})

/** @internal */
export const billingApi = (call: Call): BillingAPI => ({
  balance: (options) =>
    call(
      Effect.flatMap(Billing, ({ balance }) => balance),
      options
    ),
  spendCaps: (options) =>
    call(
      Effect.flatMap(Billing, ({ spendCaps }) => spendCaps),
      options
    ),
  usage: ({ period = "month", ...options } = {}) =>
    call(
      Effect.flatMap(Billing, ({ usage }) => Effect.map(usage(period), usageOf)),
      options
    )
})
