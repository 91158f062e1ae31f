import { Data } from "effect"
import type { ErrorCode } from "@vendodev/domain/BrokerError"

/**
 * Why an attempt to connect came to nothing, for the page and for who opened it.
 *
 * | code | when |
 * |---|---|
 * | `missing_params` | the browser came back without state or code, with one of them twice, or with both code and error |
 * | `missing_cstate` | the same, from Composio |
 * | `oauth_state_invalid` | the state is unknown, used, over, or of another browser, visit or provider |
 * | `oauth_issuer_invalid` | the answer is of another issuer than the browser was sent to, or does not say |
 * | `oauth_exchange_failed` | no usable token was had for the code |
 * | `oauth_scopes_missing` | less was granted than was asked for |
 * | `composio_initiate_failed`, `composio_get_failed` | Composio did not answer, or not what can be used |
 * | `composio_not_active` | the account was not connected at Composio |
 * | `composio_account_mismatch` | it is of another toolkit or auth config than was asked for |
 * | `way_unavailable` | this installation is not set up for that way |
 * | `forged_request` | a form that was not sent from the page of this visit |
 * | `session_over` | the visit is used up or too old, or what opened it is not good any more |
 * | an OAuth error | as the provider said it, if it is one of the standard's; `provider_error` otherwise |
 */
export type ConnectCode =
  | "missing_params"
  | "missing_cstate"
  | "oauth_state_invalid"
  | "oauth_issuer_invalid"
  | "oauth_exchange_failed"
  | "oauth_scopes_missing"
  | "composio_initiate_failed"
  | "composio_get_failed"
  | "composio_not_active"
  | "composio_account_mismatch"
  | "way_unavailable"
  | "forged_request"
  | "session_over"
  | "provider_error"
  | ProviderSaid
  | ErrorCode

/** What an authorization server may say instead of a code (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
export const providerSaid = [
  "access_denied",
  "invalid_request",
  "unauthorized_client",
  "unsupported_response_type",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable",
  "interaction_required",
  "login_required",
  "account_selection_required",
  "consent_required"
] as const
export type ProviderSaid = (typeof providerSaid)[number]

/** `detail` is one sentence for a person; `row` the row of the error table whose status it has. */
export class ConnectFailed extends Data.TaggedError("ConnectFailed")<{
  readonly code: ConnectCode
  readonly row: ErrorCode
  readonly detail: string
}> {}
