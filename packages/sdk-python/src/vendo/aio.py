"""
The shorthands of `vendo` for programs on an event loop: `await vendo.aio.token("notion")`.

Both modes, and what was vended is kept for both: they use the client of `vendo.token`, with a thread for each request that
is under way.
"""

from collections.abc import Iterable

from vendo._async_apis import AsyncBillingAPI, AsyncBound, AsyncConnectionsAPI, AsyncIntegrationsAPI
from vendo._awaiting import Threads
from vendo._blocking import Sockets
from vendo._shorthands import shared
from vendo._token import texts_of
from vendo._vendo import bound_of

__all__ = ["billing", "connections", "integrations", "token", "tokens"]


def _bound() -> AsyncBound:
    bound = bound_of(shared())
    assert isinstance(bound.transport, Sockets)
    return AsyncBound(bound.core, Threads(bound.transport), bound.user)


connections = AsyncConnectionsAPI(_bound)
integrations = AsyncIntegrationsAPI(_bound)
billing = AsyncBillingAPI(_bound)


async def token(slug: str) -> str:
    """As `vendo.token`."""
    bound = _bound()
    return (await bound.run(bound.core.tokens.get(slug, bound.user))).token.reveal()


async def tokens(slugs: Iterable[str]) -> dict[str, str | None]:
    """As `vendo.tokens`."""
    bound = _bound()
    answers = await bound.run(bound.core.tokens.get_all(slugs, bound.user))
    return texts_of(answers)
