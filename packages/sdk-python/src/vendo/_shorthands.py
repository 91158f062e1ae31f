"""The client of the environment, for who needs no other."""

import os
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vendo import _forks
from vendo._apis import BillingAPI, Bound, ConnectionsAPI, EventsAPI, IntegrationsAPI
from vendo._environment import variable
from vendo._lists import primary_env_var
from vendo._secret import Secret
from vendo._vendo import Vendo, bound_of
from vendo._webhooks import WebhooksAPI
from vendo.types import Credential

if TYPE_CHECKING:
    from requests import Session

__all__ = [
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
    "shared",
    "token",
    "tokens",
    "webhooks",
]

# The variables a client without options is made of.
_NAMES = (
    "VENDO_API_KEY",
    "VENDO_BASE_URL",
    "VENDO_CREDENTIALS_URL",
    "VENDO_TIMEOUT_MS",
    "VENDO_SANDBOX",
)


class _Shared:
    """One client for as long as the environment says the same, which may be read from a file after this is imported."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._made: tuple[Secret, Vendo] | None = None
        _forks.watch(self)

    def begin_anew(self) -> None:
        self._lock = threading.RLock()

    def get(self) -> Vendo:
        made_of = Secret(repr([os.environ.get(name) for name in _NAMES]))
        made = self._made
        if made is None or made[0] != made_of:
            with self._lock:
                made = self._made
                if made is None or made[0] != made_of:
                    made = self._made = (made_of, Vendo())
        return made[1]


_shared = _Shared()


def shared() -> Vendo:
    return _shared.get()


def _bound() -> Bound:
    return bound_of(shared())


connections = ConnectionsAPI(_bound)
integrations = IntegrationsAPI(_bound)
billing = BillingAPI(_bound)
events = EventsAPI(_bound)
webhooks = WebhooksAPI()


def is_vendo_mode() -> bool:
    """Whether `VENDO_API_KEY` is set."""
    return variable("VENDO_API_KEY") is not None


def token(slug: str) -> str:
    """A token for an integration, as `Vendo.token` of a client made from the environment."""
    return shared().token(slug)


def tokens(slugs: Iterable[str]) -> dict[str, str | None]:
    """Several tokens in one request, as `Vendo.tokens` of a client made from the environment."""
    return shared().tokens(slugs)


def get_credential(slug: str) -> Credential:
    """A token with when it expires, as `Vendo.get_credential` of a client made from the environment."""
    return shared().get_credential(slug)


def invalidate(slug: str) -> None:
    """Forgets the token kept for a slug, as `Vendo.invalidate` of a client made from the environment."""
    shared().invalidate(slug)


def session(slug: str) -> "Session":
    """A `requests.Session` for a provider, as `Vendo.session` of a client made from the environment."""
    return shared().session(slug)


def connect_url(slug: str, *, return_to: str | None = None, state: str | None = None) -> str:
    """Where a person connects an account, as `Vendo.connect_url` of a client made from the environment."""
    return shared().connect_url(slug, return_to=return_to, state=state)
