/**
 * Vendo for TypeScript: a fresh token of whatever account a tool was connected to.
 *
 * @module
 */
export type { BillingAPI, ConnectionsAPI, EventsAPI, IntegrationsAPI } from "./apis.ts"
export type { SubscribeOptions } from "./events.ts"
export type { SessionFetch } from "./session.ts"
export {
  connectUrl,
  getCredential,
  type GetCredentialOptions,
  isVendoMode,
  primaryEnvVar,
  token,
  tokens
} from "./shorthands.ts"
export type * from "./types.ts"
export { DEFAULT_RETRY, type RetryOptions, Vendo, type VendoOptions } from "./Vendo.ts"
export {
  AuthError,
  BalanceExhausted,
  IdempotencyConflict,
  IdentityNotPresent,
  NeedsReauth,
  NotConnected,
  RateLimited,
  SpendCapExceeded,
  UpstreamError,
  ValidationError,
  VendoError,
  type VendoErrorDetails,
  VendoOnlyFeature
} from "./VendoError.ts"
export { WebhooksAPI, type WebhooksOptions } from "./WebhooksAPI.ts"
