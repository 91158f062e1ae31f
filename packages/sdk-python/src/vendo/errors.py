"""What the SDK raises: one class for each thing a caller does about it.

The exact code is in `code`. Made by scripts/generators/python.ts from the error table of the
service and the classes of the Promise SDK; do not edit.
"""

from vendo._error import VendoError

__all__ = [
    "CLASSES",
    "REMEDIES",
    "AuthError",
    "BalanceExhausted",
    "IdempotencyConflict",
    "IdentityNotPresent",
    "NeedsReauth",
    "NotConnected",
    "RateLimited",
    "SpendCapExceeded",
    "UpstreamError",
    "ValidationError",
    "VendoError",
    "VendoOnlyFeature",
]


class AuthError(VendoError):
    """The key or the user token is missing, unknown, revoked or expired. Retrying is no help."""


class NotConnected(VendoError):
    """Nothing is connected for the slug; in OSS mode, no variable holds its token."""


class NeedsReauth(VendoError):
    """The user must authorise the connection again, at `connect_url`."""


class BalanceExhausted(VendoError):
    """A metered call without funds; credit is added at `top_up_url`."""


class SpendCapExceeded(VendoError):
    """The app has spent its daily or monthly cap; it starts anew in `retry_after` seconds."""


class RateLimited(VendoError):
    """Too many requests; wait for `retry_after` seconds."""


class UpstreamError(VendoError):
    """The provider or the service can not answer now. It was asked twice; later it may."""


class ValidationError(VendoError):
    """Something in the request is malformed; `field` names it."""


class IdempotencyConflict(VendoError):
    """An idempotency key was used again for another request."""


class VendoOnlyFeature(VendoError):
    """Only the service can do this, and there is no key to it: set `VENDO_API_KEY`."""


class IdentityNotPresent(VendoError):
    """A request that was to name a user has no `X-Vendo-User-JWT`."""


CLASSES: dict[str, type[VendoError]] = {
    "request_invalid": ValidationError,
    "validation_failed": ValidationError,
    "app_unknown": AuthError,
    "app_revoked": AuthError,
    "app_expired": AuthError,
    "identity_invalid": AuthError,
    "session_required": AuthError,
    "connection_needs_reauth": NeedsReauth,
    "balance_exhausted": BalanceExhausted,
    "binding_missing": NotConnected,
    "connection_revoked": NotConnected,
    "forbidden": VendoError,
    "provider_unknown": VendoError,
    "not_found": VendoError,
    "method_not_allowed": VendoError,
    "connection_in_use": VendoError,
    "conflict": VendoError,
    "idempotency_conflict": IdempotencyConflict,
    "too_large": VendoError,
    "rate_limited": RateLimited,
    "spend_cap_daily": SpendCapExceeded,
    "spend_cap_monthly": SpendCapExceeded,
    "profile_unsupported": VendoError,
    "internal_error": VendoError,
    "upstream_error": UpstreamError,
    "overloaded": UpstreamError,
    "unavailable": UpstreamError,
    "vendo_only_feature": VendoOnlyFeature,
    "identity_not_present": IdentityNotPresent,
    "not_connected": NotConnected,
}
"""Which class a code is raised as. A code that is not here is a plain `VendoError`."""

REMEDIES: dict[str, str] = {
    "request_invalid": (
        "Send a well-formed HTTP/1.1 request; a proxy in between is the usual cause."
    ),
    "validation_failed": "Correct the field named in `field`.",
    "app_unknown": (
        "Send `Authorization: Bearer <VENDO_API_KEY>` with a key this installation issued."
    ),
    "app_revoked": "Issue a new key and replace VENDO_API_KEY.",
    "app_expired": "Issue a new key and replace VENDO_API_KEY.",
    "identity_invalid": (
        "Send a current user token, or leave the header out to act as the deployment."
    ),
    "session_required": (
        "Send `Authorization: Bearer vendo_at_…` with a token that is neither revoked nor expired."
    ),
    "connection_needs_reauth": (
        "Send the user to `connect_url` to authorise again. Retrying does not help."
    ),
    "balance_exhausted": "Add credit at `top_up_url`.",
    "binding_missing": (
        "Bind a connection to the app, at `connect_url` or with `vendo binding set`."
    ),
    "connection_revoked": "Connect the account again and bind the new connection.",
    "forbidden": "Read `detail`; another credential or another target is needed.",
    "provider_unknown": "Check the spelling; `vendo integration list` shows what there is.",
    "not_found": "Check the path and the id.",
    "method_not_allowed": "Use a method named in the `Allow` header.",
    "connection_in_use": "Unbind it there first, or bind another credential.",
    "conflict": (
        "Choose another name, or read the object again and repeat the change if it is still wanted."
    ),
    "idempotency_conflict": "Use a new key for a new request.",
    "too_large": "Send less.",
    "rate_limited": "Wait for `Retry-After` seconds.",
    "spend_cap_daily": "Raise the cap or wait for `Retry-After` seconds.",
    "spend_cap_monthly": "Raise the cap or wait for `Retry-After` seconds.",
    "profile_unsupported": "Ask the operator; the caller can not mend it.",
    "internal_error": "Report the request id to the operator, whose log has the rest.",
    "upstream_error": "Retry once with backoff, not before `Retry-After`.",
    "overloaded": "Retry after `Retry-After` seconds.",
    "unavailable": "Retry after `Retry-After` seconds.",
    "vendo_only_feature": "Set VENDO_API_KEY, and VENDO_BASE_URL to the service that issued it.",
    "identity_not_present": (
        "Pass on the X-Vendo-User-JWT header of the request, or call without a user."
    ),
    "not_connected": "Set the variable that the message names.",
}
"""What to do about each code."""
