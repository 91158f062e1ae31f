"""The parts of a client, by noun."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal, Self, TypeVar

from vendo._blocking import Transport, run
from vendo._core import Core
from vendo._events import Ended, Listening, OnReconnect
from vendo._lists import env_vars
from vendo._secret import Secret
from vendo._steps import Steps
from vendo.types import Balance, Connection, EventStreamMessage, Integration, SpendCaps, Usage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bound:
    """A client, and whom it asks for."""

    core: Core
    transport: Transport
    user: Secret | None

    def run(self, steps: Steps[T]) -> T:
        return run(steps, self.transport)


class _API:
    def __init__(self, bound: Callable[[], Bound]) -> None:
        self._bound = bound

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ConnectionsAPI(_API):
    """What is connected. The secrets in it are real, though they are not printed: hand on `status`, and not the whole."""

    def list(self) -> list[Connection]:
        """
        Everything this deployment could use, and what is connected of it. In OSS mode: the integrations whose variables
        are set. Calls that are made at the same time share one request.
        """
        bound = self._bound()
        return bound.run(bound.core.lists.connections(bound.user))

    def get(self, slug: str) -> Connection | None:
        """None when the deployment has no such integration."""
        bound = self._bound()
        return bound.run(bound.core.lists.connection(slug, bound.user))


class IntegrationsAPI(_API):
    """What could be connected: the catalog."""

    # First: below a method `list` the type of that name is not there.
    def env_vars(self, slug: str) -> list[str]:
        """The variables of an integration, the conventional one first; none for an unknown slug. Asks nobody."""
        return env_vars(slug)

    def list(self) -> list[Integration]:
        """The catalog: the service's, or in OSS mode that of this release."""
        bound = self._bound()
        return bound.run(bound.core.lists.integrations(bound.user))

    def get(self, slug: str) -> Integration | None:
        """None for a slug that is not in it."""
        bound = self._bound()
        return bound.run(bound.core.lists.integration(slug, bound.user))


class BillingAPI(_API):
    """What is left, and what was used. Raises `VendoOnlyFeature` in OSS mode."""

    def balance(self) -> Balance:
        """What the tenant has left."""
        bound = self._bound()
        return bound.run(bound.core.lists.balance(bound.user))

    def spend_caps(self) -> SpendCaps:
        """How much this deployment may spend, and has."""
        bound = self._bound()
        return bound.run(bound.core.lists.spend_caps(bound.user))

    def usage(self, *, period: Literal["day", "month"] = "month") -> Usage:
        """What this deployment used, by provider, since the start of the day or the month."""
        bound = self._bound()
        return bound.run(bound.core.lists.usage(period, bound.user))


class Subscription(Iterator[EventStreamMessage]):
    """The events as they come. `close`, from whichever thread, ends the loop over them; so does leaving its `with`."""

    def __init__(self, listening: Listening, transport: Transport) -> None:
        self._listening = listening
        self._transport = transport
        # No `Event`: its lock would be held where a signal comes that closes.
        self._woken: SimpleQueue[None] = SimpleQueue()
        listening.wake = lambda: self._woken.put(None)

    def __next__(self) -> EventStreamMessage:
        try:
            return run(self._listening.next(), self._transport, self._sleep)
        except Ended:
            pass
        except BaseException:
            self.close()
            raise
        raise StopIteration

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self._listening.close()

    def close(self) -> None:
        self._listening.close()

    def _sleep(self, seconds: float) -> None:
        with suppress(Empty):
            self._woken.get(timeout=seconds)


class EventsAPI(_API):
    """What happens, as it happens."""

    def subscribe(
        self,
        *,
        max_backoff_sec: float = 30.0,
        on_reconnect: OnReconnect | None = None,
        last_event_id: str | None = None,
    ) -> Subscription:
        """
        What happens to the deployment's connections and money, as it happens.

        It connects again where the stream broke off, from the last event on, after waits that double up to
        `max_backoff_sec`; `on_reconnect` is told which attempt in a row it is, and why. It begins after the event of
        `last_event_id`, as far back as the service remembers: its last 100. Raises what will not pass, such as a revoked
        key, and `VendoOnlyFeature` at once in OSS mode.
        """
        bound = self._bound()
        listening = bound.core.listen(bound.user, max_backoff_sec, on_reconnect, last_event_id)
        return Subscription(listening, bound.transport)
