"""
Vendo for Python: `vendo.token("notion")` answers a fresh access token.

Without `VENDO_API_KEY` tokens come from the conventional variables of the environment (OSS mode); with it, from the
credentials service (Vendo mode). Nothing but the standard library is needed.

What is behind a name is loaded when it is first used.
"""

from typing import TYPE_CHECKING, Any

from vendo._forks import load
from vendo._version import VERSION as __version__

if TYPE_CHECKING:
    from vendo import aio, errors, reconciler, testing, types
    from vendo._apis import BillingAPI, ConnectionsAPI, EventsAPI, IntegrationsAPI, Subscription
    from vendo._async_apis import (
        AsyncBillingAPI,
        AsyncConnectionsAPI,
        AsyncEventsAPI,
        AsyncIntegrationsAPI,
        AsyncSubscription,
    )
    from vendo._async_vendo import AsyncVendo
    from vendo._events import OnReconnect
    from vendo._settings import Retry
    from vendo._shorthands import (
        billing,
        connect_url,
        connections,
        events,
        get_credential,
        integrations,
        invalidate,
        is_vendo_mode,
        primary_env_var,
        session,
        token,
        tokens,
        webhooks,
    )
    from vendo._vendo import Vendo
    from vendo._webhooks import WebhooksAPI
    from vendo.errors import (
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
        VendoOnlyFeature,
    )

__all__ = [
    "AsyncBillingAPI",
    "AsyncConnectionsAPI",
    "AsyncEventsAPI",
    "AsyncIntegrationsAPI",
    "AsyncSubscription",
    "AsyncVendo",
    "AuthError",
    "BalanceExhausted",
    "BillingAPI",
    "ConnectionsAPI",
    "EventsAPI",
    "IdempotencyConflict",
    "IdentityNotPresent",
    "IntegrationsAPI",
    "NeedsReauth",
    "NotConnected",
    "OnReconnect",
    "RateLimited",
    "Retry",
    "SpendCapExceeded",
    "Subscription",
    "UpstreamError",
    "ValidationError",
    "Vendo",
    "VendoError",
    "VendoOnlyFeature",
    "WebhooksAPI",
    "__version__",
    "aio",
    "billing",
    "connect_url",
    "connections",
    "errors",
    "events",
    "get_credential",
    "integrations",
    "invalidate",
    "is_vendo_mode",
    "primary_env_var",
    "reconciler",
    "session",
    "testing",
    "token",
    "tokens",
    "types",
    "webhooks",
]

_MODULES = frozenset({"aio", "errors", "reconciler", "testing", "types"})

_HOMES = {
    **dict.fromkeys(
        ("BillingAPI", "ConnectionsAPI", "EventsAPI", "IntegrationsAPI", "Subscription"),
        "vendo._apis",
    ),
    **dict.fromkeys(
        (
            "AsyncBillingAPI",
            "AsyncConnectionsAPI",
            "AsyncEventsAPI",
            "AsyncIntegrationsAPI",
            "AsyncSubscription",
        ),
        "vendo._async_apis",
    ),
    "AsyncVendo": "vendo._async_vendo",
    "OnReconnect": "vendo._events",
    "Retry": "vendo._settings",
    "Vendo": "vendo._vendo",
    "WebhooksAPI": "vendo._webhooks",
    **dict.fromkeys(
        (
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
        ),
        "vendo.errors",
    ),
    **dict.fromkeys(
        (
            "billing",
            "connect_url",
            "connections",
            "events",
            "get_credential",
            "integrations",
            "invalidate",
            "is_vendo_mode",
            "primary_env_var",
            "session",
            "token",
            "tokens",
            "webhooks",
        ),
        "vendo._shorthands",
    ),
}


# A type checker is told of every name above, and is not to believe in others.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return load(f"vendo.{name}")
        if name not in _HOMES:
            raise AttributeError(f"module 'vendo' has no attribute {name!r}")
        value = getattr(load(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
