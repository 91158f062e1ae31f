/**
 * Everything a tool asks of Vendo, as one layer. Both SDKs are faces of it: the
 * Effect SDK gives its failures the classes of the error table, the Promise SDK
 * runs it.
 */
import { Layer } from "effect"
import { Billing } from "./Billing.ts"
import { Calls } from "./Calls.ts"
import { Connections } from "./Connections.ts"
import { ConnectSessions } from "./ConnectSessions.ts"
import { Events } from "./Events.ts"
import { Integrations } from "./Integrations.ts"
import type { Settings } from "./Settings.ts"
import { Tokens } from "./Tokens.ts"

/** Still open: `Transport`, the way to the service, and `Environment`, its variables. */
export const layer = (settings: Settings) =>
  Layer.mergeAll(
    Tokens.layer(settings),
    Connections.layer(settings),
    Integrations.layer(settings),
    Billing.layer(settings),
    ConnectSessions.layer(settings),
    Events.layer(settings)
  ).pipe(Layer.provide(Calls.layer(settings)))
