/** What to do about each code. Made by scripts/generators/remedies.ts from the error table; do not edit. */
import type { ErrorCode } from "@vendodev/domain/BrokerError"

// oxfmt-ignore
export const remedies: Readonly<Record<ErrorCode, string>> = {
  request_invalid: "Send a well-formed HTTP/1.1 request; a proxy in between is the usual cause.",
  validation_failed: "Correct the field named in `field`.",
  app_unknown: "Send `Authorization: Bearer <VENDO_API_KEY>` with a key this installation issued.",
  app_revoked: "Issue a new key and replace VENDO_API_KEY.",
  app_expired: "Issue a new key and replace VENDO_API_KEY.",
  identity_invalid: "Send a current user token, or leave the header out to act as the deployment.",
  session_required: "Send `Authorization: Bearer vendo_at_…` with a token that is neither revoked nor expired.",
  connection_needs_reauth: "Send the user to `connect_url` to authorise again. Retrying does not help.",
  balance_exhausted: "Add credit at `top_up_url`.",
  binding_missing: "Bind a connection to the app, at `connect_url` or with `vendo binding set`.",
  connection_revoked: "Connect the account again and bind the new connection.",
  forbidden: "Read `detail`; another credential or another target is needed.",
  provider_unknown: "Check the spelling; `vendo integration list` shows what there is.",
  not_found: "Check the path and the id.",
  method_not_allowed: "Use a method named in the `Allow` header.",
  connection_in_use: "Unbind it there first, or bind another credential.",
  conflict: "Choose another name, or read the object again and repeat the change if it is still wanted.",
  idempotency_conflict: "Use a new key for a new request.",
  too_large: "Send less.",
  rate_limited: "Wait for `Retry-After` seconds.",
  spend_cap_daily: "Raise the cap or wait for `Retry-After` seconds.",
  spend_cap_monthly: "Raise the cap or wait for `Retry-After` seconds.",
  profile_unsupported: "Ask the operator; the caller can not mend it.",
  internal_error: "Report the request id to the operator, whose log has the rest.",
  upstream_error: "Retry once with backoff, not before `Retry-After`.",
  overloaded: "Retry after `Retry-After` seconds.",
  unavailable: "Retry after `Retry-After` seconds."
}
