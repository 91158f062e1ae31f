/**
 * What the Promise SDK throws. One base class with the machine-readable `code`,
 * and a subclass for each thing a caller does about it.
 */
import { Duration } from "effect"
import type { Failure, LocalCode } from "@vendodev/client/Failure"
import type { ErrorCode } from "@vendodev/domain/BrokerError"
import { remedies } from "./remedies.ts"

/** What is known of a failure besides its code and its sentence. */
export interface VendoErrorDetails {
  /** Status of the HTTP answer; absent when there was none. */
  readonly status?: number | undefined
  /** The integration that was asked for. */
  readonly slug?: string | undefined
  /** Where a person connects the account, or authorises it again. */
  readonly connectUrl?: string | undefined
  /** Where a person adds credit. */
  readonly topUpUrl?: string | undefined
  /** Seconds to wait before asking again. */
  readonly retryAfter?: number | undefined
  /** What the caller can do about it. */
  readonly suggestedFix?: string | undefined
  /** Names the request in the operator's log. */
  readonly requestId?: string | undefined
  /** What of the input is at fault. */
  readonly field?: string | undefined
}

/**
 * Base of everything the SDK throws of its own. `code` is the value of
 * `Vendo-Error-Code`, or a code of the SDK; one that this release has no class
 * for keeps its code here. The message never holds a key or a token.
 */
export class VendoError extends Error {
  override readonly name: string = "VendoError"
  readonly code: string
  declare readonly status: number | undefined
  declare readonly slug: string | undefined
  declare readonly connectUrl: string | undefined
  declare readonly topUpUrl: string | undefined
  declare readonly retryAfter: number | undefined
  declare readonly suggestedFix: string | undefined
  declare readonly requestId: string | undefined
  declare readonly field: string | undefined

  constructor(code: string, message: string, details: VendoErrorDetails = {}) {
    super(message)
    this.code = code
    // What is not known is not there, so that an error in a log is as short as it can be.
    Object.assign(this, Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)))
  }
}

/** The key or the user token is missing, unknown, revoked or expired. Asking again does not help. */
export class AuthError extends VendoError {
  override readonly name = "AuthError"
}

/** Nothing is connected for the slug: no binding, a revoked connection, or in OSS mode no variable. */
export class NotConnected extends VendoError {
  override readonly name = "NotConnected"
}

/** The user must authorise the connection again, at `connectUrl`. */
export class NeedsReauth extends VendoError {
  override readonly name = "NeedsReauth"
}

/** A metered call without funds; `topUpUrl` is where credit is added. */
export class BalanceExhausted extends VendoError {
  override readonly name = "BalanceExhausted"
}

/** The app has spent its daily or monthly cap; `retryAfter` says when it starts anew. */
export class SpendCapExceeded extends VendoError {
  override readonly name = "SpendCapExceeded"
}

/** Too many requests; wait for `retryAfter` seconds. */
export class RateLimited extends VendoError {
  override readonly name = "RateLimited"
}

/** The provider or the service itself can not answer now. It was asked twice; later it may. */
export class UpstreamError extends VendoError {
  override readonly name = "UpstreamError"
}

/** Something in the request is malformed; `field` names it. */
export class ValidationError extends VendoError {
  override readonly name = "ValidationError"
}

/** An idempotency key was used again for another request. */
export class IdempotencyConflict extends VendoError {
  override readonly name = "IdempotencyConflict"
}

/** Only the service can do this, and there is no key to it: set `VENDO_API_KEY`. */
export class VendoOnlyFeature extends VendoError {
  override readonly name = "VendoOnlyFeature"
}

/** A request that was to name a user has no `X-Vendo-User-JWT`. */
export class IdentityNotPresent extends VendoError {
  override readonly name = "IdentityNotPresent"
}

// Whoever bundles this shortens what a class is called, and Node writes that above the stack.
for (const [name, of] of Object.entries({
  VendoError,
  AuthError,
  NotConnected,
  NeedsReauth,
  BalanceExhausted,
  SpendCapExceeded,
  RateLimited,
  UpstreamError,
  ValidationError,
  IdempotencyConflict,
  VendoOnlyFeature,
  IdentityNotPresent
})) {
  Object.defineProperty(of, "name", { value: name })
}

type ErrorClass = new (code: string, message: string, details: VendoErrorDetails) => VendoError

/** Which class a code is thrown as. Exhaustive: a new code does not compile before its class is decided. @internal */
export const classes: Readonly<Record<ErrorCode | LocalCode, ErrorClass>> = {
  request_invalid: ValidationError,
  validation_failed: ValidationError,
  app_unknown: AuthError,
  app_revoked: AuthError,
  app_expired: AuthError,
  identity_invalid: AuthError,
  session_required: AuthError,
  connection_needs_reauth: NeedsReauth,
  balance_exhausted: BalanceExhausted,
  binding_missing: NotConnected,
  connection_revoked: NotConnected,
  forbidden: VendoError,
  provider_unknown: VendoError,
  not_found: VendoError,
  method_not_allowed: VendoError,
  connection_in_use: VendoError,
  conflict: VendoError,
  idempotency_conflict: IdempotencyConflict,
  too_large: VendoError,
  rate_limited: RateLimited,
  spend_cap_daily: SpendCapExceeded,
  spend_cap_monthly: SpendCapExceeded,
  profile_unsupported: VendoError,
  internal_error: VendoError,
  upstream_error: UpstreamError,
  overloaded: UpstreamError,
  unavailable: UpstreamError,
  vendo_only_feature: VendoOnlyFeature,
  identity_not_present: IdentityNotPresent,
  not_connected: NotConnected
}

const byCode = new Map<string, ErrorClass>(Object.entries(classes))

/** What the service never says, it has no remedy for. @internal */
export const localRemedies: Readonly<Record<LocalCode, string>> = {
  vendo_only_feature: "Set VENDO_API_KEY, and VENDO_BASE_URL to the service that issued it.",
  identity_not_present: "Pass on the X-Vendo-User-JWT header of the request, or call without a user.",
  not_connected: "Set the variable that the message names."
}

const fixes = new Map<string, string>(Object.entries({ ...remedies, ...localRemedies }))

/** The error that a failure is thrown as. @internal */
export const fromFailure = (failure: Failure): VendoError =>
  new (byCode.get(failure.code) ?? VendoError)(failure.code, failure.detail, {
    status: failure.status,
    slug: failure.slug,
    connectUrl: failure.connectUrl,
    topUpUrl: failure.topUpUrl,
    retryAfter: failure.retryAfter && Math.ceil(Duration.toSeconds(failure.retryAfter)),
    suggestedFix: fixes.get(failure.code),
    requestId: failure.requestId,
    field: failure.field
  })
