"""The client for programs on an event loop."""

from collections.abc import Iterable
from typing import Self

from vendo import _aiohttp
from vendo._async_apis import (
    AsyncBillingAPI,
    AsyncBound,
    AsyncConnectionsAPI,
    AsyncEventsAPI,
    AsyncIntegrationsAPI,
)
from vendo._awaiting import AsyncTransport, Threads
from vendo._blocking import Sockets, plainly
from vendo._core import Core
from vendo._failures import failure
from vendo._secret import Secret, present
from vendo._settings import Options, Retry
from vendo._token import Token, credential_of, texts_of
from vendo._users import jwt_of, user_of
from vendo._webhooks import WebhooksAPI
from vendo.types import Credential, HeadersLike


class AsyncVendo:
    """
    A client of the service for `asyncio`. Vendo mode alone: in OSS mode nothing is waited for, and `vendo.token` will do.

    It works on the standard library, with a thread for each request that is under way; where aiohttp is installed
    (`vendo-sdk[async]`) it needs none. Use it in `async with`, or call `aclose`.
    """

    connections: AsyncConnectionsAPI
    integrations: AsyncIntegrationsAPI
    billing: AsyncBillingAPI
    events: AsyncEventsAPI
    webhooks: WebhooksAPI

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        credentials_url: str | None = None,
        api_version: str | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        use_aiohttp: bool | None = None,
    ) -> None:
        """
        As `Vendo`. `use_aiohttp` is whether aiohttp is installed, unless it is said.

        Raises `AuthError` when there is no key, besides what `Vendo` raises, and `ImportError` when aiohttp is asked for
        and is not there.
        """
        # Taken out of this frame: a crash reporter prints its variables.
        key, api_key = present(api_key), None
        options = Options(key, base_url, credentials_url, api_version, timeout, retry)
        base_url = credentials_url = None
        core = plainly(lambda: Core(options))
        if not core.is_vendo_mode:
            raise failure(
                "app_unknown",
                "AsyncVendo needs an API key: set VENDO_API_KEY, or use vendo.token where there is none",
            )
        self._bind(AsyncBound(core, _transport(use_aiohttp), None))

    def _bind(self, bound: AsyncBound) -> None:
        self._bound = bound
        self.connections = AsyncConnectionsAPI(lambda: bound)
        self.integrations = AsyncIntegrationsAPI(lambda: bound)
        self.billing = AsyncBillingAPI(lambda: bound)
        self.events = AsyncEventsAPI(lambda: bound)
        self.webhooks = WebhooksAPI()

    def __repr__(self) -> str:
        if not hasattr(self, "_bound"):
            return "<AsyncVendo>"
        whose = "" if self._bound.user is None else ", for one user"
        return f"<AsyncVendo: {self._bound.core.settings.base_url}{whose}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """As `Vendo.close`."""
        if self._bound.user is None:
            self._bound.core.end()
            await self._bound.transport.close()

    def is_vendo_mode(self) -> bool:
        """True: there is no other."""
        return self._bound.core.is_vendo_mode

    async def token(self, slug: str) -> str:
        """As `Vendo.token`."""
        return (await self._token(slug)).token.reveal()

    async def tokens(self, slugs: Iterable[str]) -> dict[str, str | None]:
        """As `Vendo.tokens`."""
        answers = await self._bound.run(self._bound.core.tokens.get_all(slugs, self._bound.user))
        return texts_of(answers)

    async def get_credential(self, slug: str) -> Credential:
        """As `Vendo.get_credential`."""
        return credential_of(await self._token(slug))

    def invalidate(self, slug: str) -> None:
        """As `Vendo.invalidate`."""
        self._bound.core.tokens.invalidate(slug, self._bound.user)

    async def connect_url(
        self, slug: str, *, return_to: str | None = None, state: str | None = None
    ) -> str:
        """As `Vendo.connect_url`."""
        steps = self._bound.core.lists.connect_url(slug, return_to, state, self._bound.user)
        return await self._bound.run(steps)

    def for_request(self, headers: HeadersLike) -> "AsyncVendo":
        """As `Vendo.for_request`."""
        secret, headers = jwt_of(headers), {}
        return self._scoped_to(plainly(lambda: user_of(secret)))

    def for_user(self, jwt: str) -> "AsyncVendo":
        """As `Vendo.for_user`."""
        secret, jwt = present(jwt), ""
        return self._scoped_to(plainly(lambda: user_of(secret)))

    def _scoped_to(self, user: Secret) -> "AsyncVendo":
        scoped = object.__new__(AsyncVendo)
        scoped._bind(AsyncBound(self._bound.core, self._bound.transport, user))
        return scoped

    async def _token(self, slug: str) -> Token:
        return await self._bound.run(self._bound.core.tokens.get(slug, self._bound.user))


def _transport(use_aiohttp: bool | None) -> AsyncTransport:
    if use_aiohttp is None:
        use_aiohttp = _aiohttp.is_installed()
    return _aiohttp.Aiohttp() if use_aiohttp else Threads(Sockets())
