"""The parts of the asynchronous client, by noun. What they answer is as of their blocking namesakes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Self, TypeVar

from vendo._awaiting import AsyncTransport, run
from vendo._core import Core
from vendo._events import Ended, Listening, OnReconnect
from vendo._lists import env_vars
from vendo._secret import Secret
from vendo._steps import Steps
from vendo.types import Balance, Connection, EventStreamMessage, Integration, SpendCaps, Usage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AsyncBound:
    """A client, and whom it asks for."""

    core: Core
    transport: AsyncTransport
    user: Secret | None

    async def run(self, steps: Steps[T]) -> T:
        return await run(steps, self.transport)


class _AsyncAPI:
    def __init__(self, bound: Callable[[], AsyncBound]) -> None:
        self._bound = bound

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class AsyncConnectionsAPI(_AsyncAPI):
    """What is connected. The secrets in it are real, though they are not printed."""

    async def list(self) -> list[Connection]:
        """Everything this deployment could use, and what is connected of it."""
        bound = self._bound()
        return await bound.run(bound.core.lists.connections(bound.user))

    async def get(self, slug: str) -> Connection | None:
        """None when the deployment has no such integration."""
        bound = self._bound()
        return await bound.run(bound.core.lists.connection(slug, bound.user))


class AsyncIntegrationsAPI(_AsyncAPI):
    """What could be connected: the catalog."""

    # First: below a method `list` the type of that name is not there.
    def env_vars(self, slug: str) -> list[str]:
        """The variables of an integration, the conventional one first; none for an unknown slug. Asks nobody."""
        return env_vars(slug)

    async def list(self) -> list[Integration]:
        """The catalog of the service."""
        bound = self._bound()
        return await bound.run(bound.core.lists.integrations(bound.user))

    async def get(self, slug: str) -> Integration | None:
        """None for a slug that is not in it."""
        bound = self._bound()
        return await bound.run(bound.core.lists.integration(slug, bound.user))


class AsyncBillingAPI(_AsyncAPI):
    """What is left, and what was used."""

    async def balance(self) -> Balance:
        """What the tenant has left."""
        bound = self._bound()
        return await bound.run(bound.core.lists.balance(bound.user))

    async def spend_caps(self) -> SpendCaps:
        """How much this deployment may spend, and has."""
        bound = self._bound()
        return await bound.run(bound.core.lists.spend_caps(bound.user))

    async def usage(self, *, period: Literal["day", "month"] = "month") -> Usage:
        """What this deployment used, by provider, since the start of the day or the month."""
        bound = self._bound()
        return await bound.run(bound.core.lists.usage(period, bound.user))


class AsyncSubscription(AsyncIterator[EventStreamMessage]):
    """The events as they come. Leaving its `async with`, or `aclose`, ends its connection."""

    def __init__(self, listening: Listening, transport: AsyncTransport) -> None:
        self._listening = listening
        self._transport = transport

    async def __anext__(self) -> EventStreamMessage:
        try:
            return await run(self._listening.next(), self._transport, self._sleep)
        except Ended:
            pass
        except Exception:
            # Who was cancelled may go on with the next.
            await self.aclose()
            raise
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        self._listening.close()

    def __del__(self) -> None:
        self._listening.close()

    async def _sleep(self, seconds: float) -> None:
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            # Where the loop is closed nobody sleeps.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(woken.set)

        self._listening.wake = wake
        if not self._listening.has_ended:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await woken.wait()


class AsyncEventsAPI(_AsyncAPI):
    """What happens, as it happens."""

    def subscribe(
        self,
        *,
        max_backoff_sec: float = 30.0,
        on_reconnect: OnReconnect | None = None,
        last_event_id: str | None = None,
    ) -> AsyncSubscription:
        """What happens to the deployment's connections and money, as `EventsAPI.subscribe`."""
        bound = self._bound()
        listening = bound.core.listen(bound.user, max_backoff_sec, on_reconnect, last_event_id)
        return AsyncSubscription(listening, bound.transport)
