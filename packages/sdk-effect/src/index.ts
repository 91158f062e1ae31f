/**
 * Vendo for Effect.
 *
 * @module
 */
export { forRequest, forUser, UserJwt } from "./Identity.ts"
export { type EventStreamOptions, Vendo } from "./Vendo.ts"
export * from "./VendoError.ts"
export type { Balance, Period, SpendCaps, Usage } from "@vendodev/client/Billing"
export type { Bootstrap, Connection } from "@vendodev/client/Connections"
export type { ConnectOptions } from "@vendodev/client/ConnectSessions"
export type { EventMessage } from "@vendodev/client/Events"
export type { HeadersLike } from "@vendodev/client/headerOf"
export type { Integration } from "@vendodev/client/Integrations"
export type { Options, Retry } from "@vendodev/client/Settings"
export type { Token } from "@vendodev/client/Token"
export type { WebhookEvent, WebhookOptions } from "@vendodev/client/verifyWebhook"
