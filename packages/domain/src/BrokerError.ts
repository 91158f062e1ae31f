/**
 * Everything that can go wrong, as one table.
 *
 * Each class is a row. Its `_tag` is the value of the `Vendo-Error-Code`
 * header, so code and type can not drift apart; status, meaning and remedy
 * are annotations, from which the wire encoding, the OpenAPI description and
 * `docs/reference/errors.md` are made. Nothing else maps statuses.
 *
 * `detail` is one sentence the caller can act on. It crosses the wire, so it
 * never holds a secret, a statement or a host name.
 */
import { Schema } from "effect"

interface Row {
  readonly status: number
  /** When the code is answered, for the reference. */
  readonly when: string
  /** What the caller does about it. */
  readonly remedy: string
}

declare module "effect/Schema" {
  namespace Annotations {
    interface Augment {
      readonly errorRow?: Row | undefined
    }
  }
}

const row =
  <Self>() =>
  <const Code extends string, const Fields extends Schema.Struct.Fields>(code: Code, row: Row, fields: Fields) =>
    Schema.TaggedError<Self>()(
      code,
      { detail: Schema.String, ...fields },
      {
        httpApiStatus: row.status,
        errorRow: row
      }
    )

/** Seconds to wait; sent as `Retry-After`. */
const retryAfter = { retry_after: Schema.optionalKey(Schema.Int) }
/** Where a person mends it. */
const connectUrl = { connect_url: Schema.optionalKey(Schema.String) }
/** What the caller sent; decides the `error` attribute of `WWW-Authenticate` (RFC 6750 §3). */
const challenge = { challenge: Schema.Literals(["none", "invalid_token"]) }

/** The app that holds an exclusive credential. */
export const BoundTo = Schema.Struct({ app_id: Schema.String, app_slug: Schema.String, app_name: Schema.String })
export type BoundTo = typeof BoundTo.Type

/** One choice of an installation that can not be had, for its one consumer is somebody else. */
export const Taken = Schema.Struct({
  slug: Schema.String,
  connection_id: Schema.NullOr(Schema.String),
  bound_to: Schema.NullOr(BoundTo)
})
/** One choice of an installation that can not be had, for its one consumer is somebody else. */
export type Taken = typeof Taken.Type

/** Of an installation: everything that is taken. */
const taken = { taken: Schema.optionalKey(Schema.Array(Taken)) }

export class RequestInvalid extends row<RequestInvalid>()(
  "request_invalid",
  {
    status: 400,
    when: "The HTTP message itself is at fault: bad framing, a header sent twice, an absolute-form target.",
    remedy: "Send a well-formed HTTP/1.1 request; a proxy in between is the usual cause."
  },
  {}
) {}

export class ValidationFailed extends row<ValidationFailed>()(
  "validation_failed",
  {
    status: 400,
    when: "A slug, environment variable name, parameter or body is malformed.",
    remedy: "Correct the field named in `field`."
  },
  {
    field: Schema.optionalKey(Schema.String),
    /** Of an installation: the integrations and variables that must still be given. */
    missing: Schema.optionalKey(Schema.Array(Schema.String)),
    ...taken
  }
) {}

export class AppUnknown extends row<AppUnknown>()(
  "app_unknown",
  {
    status: 401,
    when: "No key was sent, or no such key exists.",
    remedy: "Send `Authorization: Bearer <VENDO_API_KEY>` with a key this installation issued."
  },
  challenge
) {}

export class AppRevoked extends row<AppRevoked>()(
  "app_revoked",
  {
    status: 401,
    when: "The key exists but was revoked, or its tenant is suspended.",
    remedy: "Issue a new key and replace VENDO_API_KEY."
  },
  {}
) {}

export class AppExpired extends row<AppExpired>()(
  "app_expired",
  {
    status: 401,
    when: "The key exists but its expiry has passed.",
    remedy: "Issue a new key and replace VENDO_API_KEY."
  },
  {}
) {}

export class IdentityInvalid extends row<IdentityInvalid>()(
  "identity_invalid",
  {
    status: 401,
    when: "`X-Vendo-User-JWT` was sent and can not be verified. The deployment's own connections are never used instead.",
    remedy: "Send a current user token, or leave the header out to act as the deployment."
  },
  {}
) {}

export class SessionRequired extends row<SessionRequired>()(
  "session_required",
  {
    status: 401,
    when: "A management call came without a valid admin token.",
    remedy: "Send `Authorization: Bearer vendo_at_…` with a token that is neither revoked nor expired."
  },
  challenge
) {}

export class ConnectionNeedsReauth extends row<ConnectionNeedsReauth>()(
  "connection_needs_reauth",
  {
    status: 401,
    when: "The provider no longer accepts the connection; only its user can mend that.",
    remedy: "Send the user to `connect_url` to authorise again. Retrying does not help."
  },
  connectUrl
) {}

export class BalanceExhausted extends row<BalanceExhausted>()(
  "balance_exhausted",
  {
    status: 402,
    when: "A metered call was made without funds.",
    remedy: "Add credit at `top_up_url`."
  },
  { top_up_url: Schema.optionalKey(Schema.String) }
) {}

export class BindingMissing extends row<BindingMissing>()(
  "binding_missing",
  {
    status: 403,
    when: "No binding lets this key use this integration. A connection alone is not enough.",
    remedy: "Bind a connection to the app, at `connect_url` or with `vendo binding set`."
  },
  connectUrl
) {}

export class ConnectionRevoked extends row<ConnectionRevoked>()(
  "connection_revoked",
  {
    status: 403,
    when: "The bound connection was revoked; its credential no longer exists.",
    remedy: "Connect the account again and bind the new connection."
  },
  connectUrl
) {}

export class Forbidden extends row<Forbidden>()(
  "forbidden",
  {
    status: 403,
    when: "The caller is known, and this is not allowed.",
    remedy: "Read `detail`; another credential or another target is needed."
  },
  {}
) {}

export class ProviderUnknown extends row<ProviderUnknown>()(
  "provider_unknown",
  {
    status: 404,
    when: "The slug or variable is not in the catalog.",
    remedy: "Check the spelling; `vendo integration list` shows what there is."
  },
  {}
) {}

export class NotFound extends row<NotFound>()(
  "not_found",
  {
    status: 404,
    when: "No such route, or no such object for this caller. Another tenant's object is no such object.",
    remedy: "Check the path and the id."
  },
  {}
) {}

export class MethodNotAllowed extends row<MethodNotAllowed>()(
  "method_not_allowed",
  {
    status: 405,
    when: "The route exists, the method does not.",
    remedy: "Use a method named in the `Allow` header."
  },
  { allow: Schema.Array(Schema.String) }
) {}

export class ConnectionInUse extends row<ConnectionInUse>()(
  "connection_in_use",
  {
    status: 409,
    when: "An exclusive credential already has its one consumer. `bound_to` names it when it is the caller's own.",
    remedy: "Unbind it there first, or bind another credential."
  },
  { bound_to: Schema.NullOr(BoundTo), ...taken }
) {}

export class Conflict extends row<Conflict>()(
  "conflict",
  {
    status: 409,
    when: "The name is taken by something else, or a concurrent change won.",
    remedy: "Choose another name, or read the object again and repeat the change if it is still wanted."
  },
  {}
) {}

export class IdempotencyConflict extends row<IdempotencyConflict>()(
  "idempotency_conflict",
  {
    status: 409,
    when: "An `Idempotency-Key` was used again with another body.",
    remedy: "Use a new key for a new request."
  },
  {}
) {}

export class TooLarge extends row<TooLarge>()(
  "too_large",
  {
    status: 413,
    when: "The body is larger than the route allows (413), or the headers are (431).",
    remedy: "Send less."
  },
  { part: Schema.Literals(["body", "headers"]) }
) {}

export class RateLimited extends row<RateLimited>()(
  "rate_limited",
  {
    status: 429,
    when: "Too many requests with this credential.",
    remedy: "Wait for `Retry-After` seconds."
  },
  retryAfter
) {}

export class SpendCapDaily extends row<SpendCapDaily>()(
  "spend_cap_daily",
  {
    status: 429,
    when: "The app has spent its daily cap.",
    remedy: "Raise the cap or wait for `Retry-After` seconds."
  },
  retryAfter
) {}

export class SpendCapMonthly extends row<SpendCapMonthly>()(
  "spend_cap_monthly",
  {
    status: 429,
    when: "The app has spent its monthly cap.",
    remedy: "Raise the cap or wait for `Retry-After` seconds."
  },
  retryAfter
) {}

export class ProfileUnsupported extends row<ProfileUnsupported>()(
  "profile_unsupported",
  {
    status: 500,
    when: "Connections of this profile can not be vended here, or a masked value would have been.",
    remedy: "Ask the operator; the caller can not mend it."
  },
  {}
) {}

export class InternalError extends row<InternalError>()(
  "internal_error",
  {
    status: 500,
    when: "A defect. The detail is the request id and nothing else.",
    remedy: "Report the request id to the operator, whose log has the rest."
  },
  {}
) {}

export class UpstreamError extends row<UpstreamError>()(
  "upstream_error",
  {
    status: 502,
    when: "The provider or the upstream broker failed, timed out or answered nonsense.",
    remedy: "Retry once with backoff, not before `Retry-After`."
  },
  retryAfter
) {}

export class Overloaded extends row<Overloaded>()(
  "overloaded",
  {
    status: 503,
    when: "The server is shedding load.",
    remedy: "Retry after `Retry-After` seconds."
  },
  retryAfter
) {}

export class Unavailable extends row<Unavailable>()(
  "unavailable",
  {
    status: 503,
    when: "The database or the audit log can not be reached. Nothing is vended that can not be decided and recorded.",
    remedy: "Retry after `Retry-After` seconds."
  },
  retryAfter
) {}

/** The table, in the order of the reference. */
export const BrokerError = Schema.Union([
  RequestInvalid,
  ValidationFailed,
  AppUnknown,
  AppRevoked,
  AppExpired,
  IdentityInvalid,
  SessionRequired,
  ConnectionNeedsReauth,
  BalanceExhausted,
  BindingMissing,
  ConnectionRevoked,
  Forbidden,
  ProviderUnknown,
  NotFound,
  MethodNotAllowed,
  ConnectionInUse,
  Conflict,
  IdempotencyConflict,
  TooLarge,
  RateLimited,
  SpendCapDaily,
  SpendCapMonthly,
  ProfileUnsupported,
  InternalError,
  UpstreamError,
  Overloaded,
  Unavailable
])
export type BrokerError = typeof BrokerError.Type

// An error without a message blanks every trace and log line it appears in.
for (const member of BrokerError.members) {
  Object.defineProperty(member.prototype, "message", {
    get(this: BrokerError) {
      return this.detail
    }
  })
}

/** The value of `Vendo-Error-Code`. */
export type ErrorCode = BrokerError["_tag"]

/** The class of one row. */
export type BrokerErrorClass = (typeof BrokerError.members)[number]

/** The row behind a class: its code, status, meaning and remedy. */
export const rowOf = (self: BrokerErrorClass): Row & { readonly code: ErrorCode } => {
  const found = Schema.resolveAnnotations(self)?.errorRow
  return { code: self.fields._tag.schema.literal, ...(found ?? { status: 500, when: "", remedy: "" }) }
}

/** All rows, for the reference and for tests that must cover each of them. */
export const errorTable = BrokerError.members.map(rowOf)
