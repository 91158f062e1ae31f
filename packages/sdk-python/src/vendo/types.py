"""
What a client hands out. Secrets are left out of what is printed of it.

Money is in whole micros: USD times 10⁶. Times are aware and in UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypedDict

from vendo._settings import Retry

__all__ = [
    "Balance",
    "Connection",
    "Credential",
    "EnvBootstrap",
    "EnvBootstrapVar",
    "EventStreamMessage",
    "HeadersLike",
    "Integration",
    "ProviderUsage",
    "Retry",
    "SpendCaps",
    "Usage",
    "WebhookEvent",
]


class _Items(Protocol):
    def items(self) -> Iterable[tuple[Any, Any]]: ...


HeadersLike = _Items | Iterable[tuple[Any, Any]]
"""
Headers as a framework hands them over: a dict, Flask's and FastAPI's `request.headers`, Django's `request.META`, a WSGI
environ, the pairs of an ASGI scope.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A token with when it expires."""

    access_token: str = field(repr=False)
    expires_at: datetime | None
    """None when it does not expire, or nobody knows when."""
    token_type: str
    """What to write before it in `Authorization`: `Bearer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvBootstrapVar:
    """A variable that a program expects, and where its value is."""

    name: str
    value_from: str
    """Where in the connection the value stands, such as `metadata.credential.TELEGRAM_BOT_TOKEN`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvBootstrap:
    """What a program that only reads its environment needs of a connection."""

    vars: tuple[EnvBootstrapVar, ...]
    restart: str
    """`gateway`: whoever consumes the credential must start again when it changes; `none` otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """An integration, and the account that is bound to this deployment or user, if one is."""

    id: str | None = None
    """None while nothing is bound, and in OSS mode."""
    external_id: str | None = None
    slug: str
    display_name: str
    category: str
    profile: str
    """How the credential is held, such as `byok_static`."""
    status: str
    """`connected`, `available`, `pending_setup`, `needs_reauth`, `error`, `revoked`; a newer service may say more."""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What is known of the account. No secret."""
    context: Mapping[str, Any] | None = None
    """Identifiers found when the account was connected, such as a project's `ref`."""
    credential: Mapping[str, str] | None = field(default=None, repr=False)
    """The secrets of a credential that does not expire, by variable."""
    api_key: str | None = field(default=None, repr=False)
    """For a managed pool: the key its proxy takes."""
    base_url: str | None = None
    """For a managed pool: where its proxy is."""
    setup_url: str | None = None
    """Where a person connects it, while it is `available`."""
    error_message: str | None = None
    """What is wrong, when `status` is `error` or `needs_reauth`."""
    connected_at: datetime | None = None
    env_bootstrap: EnvBootstrap | None = None
    exclusive: bool = False
    """One consumer at a time, such as a bot that is long-polled."""
    logo_url: str | None = None
    brand_color: str | None = None
    docs_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A provider of the catalog: what could be connected."""

    slug: str
    name: str
    description: str
    category: str
    logo_url: str | None
    brand_color: str | None
    docs_url: str | None
    supported_profiles: tuple[str, ...]
    """The default first."""
    default_profile: str
    enabled: bool
    featured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What the tenant has left."""

    credits_remaining_micros: int
    currency: str
    top_up_url: str | None
    """Where a person adds credit; None where nobody said how people reach the installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendCaps:
    """What this deployment may spend, and has. None where there is no cap. Days and months are those of UTC."""

    daily_micros: int | None
    monthly_micros: int | None
    used_today_micros: int
    used_month_micros: int


class ProviderUsage(TypedDict):
    provider: str
    micros: int
    events: int
    """How many metered calls."""


class Usage(TypedDict):
    """What was spent since the beginning of the day or the month, in UTC."""

    period: Literal["day", "month"]
    since: str
    """RFC 3339, in UTC."""
    total_micros: int
    providers: list[ProviderUsage]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStreamMessage:
    """One thing that happened. `id` is what a later subscription can begin after."""

    type: str
    """Such as `connection.connected`."""
    data: Any
    """The JSON that was sent, or the text that was no JSON."""
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """What was pushed, once its signature held."""

    id: str
    type: str
    occurred_at: str
    """As it was sent: RFC 3339."""
    data: Any
