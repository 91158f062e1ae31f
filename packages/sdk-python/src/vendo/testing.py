"""
For the tests of a tool: a client whose service is in memory.

It is the real client, with its errors, its keeping of tokens and its clients for users; only the other end of the wire
is made up. It needs no network and no key, and of the environment it takes `VENDO_TOKEN_<SLUG>` alone.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from vendo._apis import Bound
from vendo._async_apis import AsyncBound
from vendo._async_vendo import AsyncVendo
from vendo._core import Core
from vendo._mock_service import AsyncMemory, Memory, MockService
from vendo._secret import Secret
from vendo._settings import DEFAULT_TIMEOUT, Options, Retry
from vendo._vendo import Vendo
from vendo.types import Connection, EnvBootstrap, EventStreamMessage

__all__ = ["MockAsyncClient", "MockClient", "fake_connection"]


class _Given(TypedDict, total=False):
    id: str | None
    external_id: str | None
    display_name: str
    category: str
    profile: str
    status: str
    metadata: Mapping[str, Any]
    context: Mapping[str, Any] | None
    api_key: str | None
    base_url: str | None
    setup_url: str | None
    error_message: str | None
    connected_at: datetime | None
    env_bootstrap: EnvBootstrap | None
    exclusive: bool
    logo_url: str | None
    brand_color: str | None
    docs_url: str | None


def fake_connection(
    slug: str, *, credential: str | Mapping[str, str] | None = None, **given: Unpack[_Given]
) -> Connection:
    """
    A connection to put into a `MockClient`: `connected` unless its `status` says otherwise, and made up where nothing
    is said. `credential` may be the token alone; `{}` is a connection that has none.
    """
    if credential is None:
        credential = f"fake-{slug}-token"
    if isinstance(credential, str):
        credential = {f"{slug.upper().replace('-', '_')}_TOKEN": credential}
    made_up: _Given = {
        "id": f"cn_{slug}",
        "external_id": f"vendo_conn_{slug}",
        "display_name": slug,
        "category": "other",
        "profile": "byok_static",
        "status": "connected",
    }
    made_up.update(given)
    return Connection(slug=slug, credential=credential, **made_up)


_KEY = "vendo_sk_mock"
_BASE_URL = "https://mock.invalid"
_CREDENTIALS_URL = f"{_BASE_URL}/credentials"
_ONCE = Retry(times=0)


def _core() -> Core:
    """What is said here wins over whatever the environment says."""
    return Core(
        Options(
            Secret(_KEY),
            _BASE_URL,
            credentials_url=_CREDENTIALS_URL,
            timeout=DEFAULT_TIMEOUT,
            retry=_ONCE,
            sandbox=False,
        )
    )


class MockClient(Vendo):
    """
    A `Vendo` in Vendo mode whose service answers from a list of connections.

    `token` answers the first value of a connection's `credential`, and raises by its status: `available` and `revoked`
    are `NotConnected`, `needs_reauth` and `pending_setup` are `NeedsReauth`, `error` is `UpstreamError`.
    """

    def __init__(self, connections: Iterable[Connection] = ()) -> None:
        self._service = MockService(connections, self.invalidate)
        self._bind(Bound(_core(), Memory(self._service), None))

    @classmethod
    def with_connections(cls, connections: Iterable[Connection]) -> "MockClient":
        """A client with these connections and no others."""
        return cls(connections)

    def connect(self, connection: Connection) -> None:
        """Adds a connection, or replaces the one of its slug, and says so on the event stream."""
        self._service.connect(connection)

    def disconnect(self, slug: str) -> None:
        """Removes the connection of a slug, and says so on the event stream."""
        self._service.disconnect(slug)

    def emit(self, event: EventStreamMessage) -> None:
        """Sends an event to all who are subscribed, and to who subscribes later: the stream begins with the first."""
        self._service.emit(event)


class MockAsyncClient(AsyncVendo):
    """An `AsyncVendo` whose service answers from a list of connections, as that of `MockClient`."""

    def __init__(self, connections: Iterable[Connection] = ()) -> None:
        self._service = MockService(connections, self.invalidate)
        self._bind(AsyncBound(_core(), AsyncMemory(self._service), None))

    @classmethod
    def with_connections(cls, connections: Iterable[Connection]) -> "MockAsyncClient":
        """A client with these connections and no others."""
        return cls(connections)

    def connect(self, connection: Connection) -> None:
        """As `MockClient.connect`."""
        self._service.connect(connection)

    def disconnect(self, slug: str) -> None:
        """As `MockClient.disconnect`."""
        self._service.disconnect(slug)

    def emit(self, event: EventStreamMessage) -> None:
        """As `MockClient.emit`."""
        self._service.emit(event)
