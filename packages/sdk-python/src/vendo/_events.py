"""
What happens to the deployment's connections and money, as it happens: one event at a time, with a new connection where the
last one broke off.
"""

import os
import random
import re
import time
from collections import deque
from collections.abc import Callable

from vendo._calls import Call, Calls
from vendo._error import VendoError
from vendo._failures import invalid, unanswered
from vendo._secret import Secret
from vendo._settings import Settings
from vendo._sse import Parser, TooLong
from vendo._steps import Receive, Sleep, Steps, Stream, TransportFailed
from vendo.types import EventStreamMessage

# Before the service has said how long to wait.
_FIRST_WAIT = 1.0

# However short or long the service would have it.
_SHORTEST_WAIT = 0.1
_LONGEST_WAIT = 3600.0

# The service says something every 25 seconds. Who says nothing for longer than twice that is not there.
_SILENCE = 60.0

# Being too slow, too early or one too many.
_PASSING = frozenset({408, 425, 429})

OnReconnect = Callable[[int, VendoError], object]
"""Told before each wait: which attempt in a row it is, and why."""


def _is_final(error: VendoError) -> bool:
    """What will not pass by waiting: of the answers of 4xx, which are about us, all others."""
    return error.status is not None and 400 <= error.status < 500 and error.status not in _PASSING


class Ended(Exception):
    """The subscription was closed."""


class Listening:
    """One subscription. Its events are taken by one caller at a time."""

    def __init__(
        self,
        settings: Settings,
        calls: Calls,
        user: Secret | None,
        *,
        max_backoff: float,
        on_reconnect: OnReconnect | None,
        last_event_id: str | None,
    ) -> None:
        if last_event_id is not None and re.search(r"[\r\n\0]", last_event_id):
            raise invalid("last_event_id", "last_event_id is that of an event, on one line")
        self._process = os.getpid()
        self._call = Call(f"{settings.base_url}/api/deployments/me/events")
        self._calls = calls
        self._user = user
        self._max_backoff = max_backoff
        self._on_reconnect = on_reconnect
        self._last_event_id = last_event_id
        self._wait = _FIRST_WAIT
        self._attempt = 0
        self._parser = Parser()
        self._events: deque[EventStreamMessage] = deque()
        self._stream: Stream | None = None
        self.has_ended = False
        self.wake: Callable[[], object] = lambda: None
        """Called when it ends, for who sleeps until the next attempt."""

    def next(self) -> Steps[EventStreamMessage]:
        """
        The next event. Raises what refuses the caller for good, such as a revoked key, and `Ended` once it was closed; what
        passes is waited for.
        """
        while not self.has_ended and not self._events:
            failed = yield from self._more()
            if failed is not None and not self.has_ended:
                yield from self._recover(failed)
        if self.has_ended:
            raise Ended
        event = self._events.popleft()
        self._attempt = 0
        if event.id is not None:
            self._last_event_id = event.id
        return event

    def close(self) -> None:
        """Ends its connection, and the one that is about to begin. May be called from anywhere."""
        self.has_ended = True
        self._let_go()
        self.wake()

    def _let_go(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abort()

    def _begin(self, stream: Stream) -> None:
        self._stream = stream
        if self.has_ended:
            self._let_go()

    def _more(self) -> Steps[VendoError | None]:
        if self._process != os.getpid():
            # A forked process listens for itself; what it has of the other stream is its parent's.
            self._process, self._stream = os.getpid(), None
        try:
            if self._stream is None:
                self._parser = Parser()
                yield from self._calls.open(self._call, self._headers(), self._user, self._begin)
            stream = self._stream
            chunk: bytes = b""
            if stream is not None:
                chunk = yield Receive(stream, time.monotonic() + _SILENCE)
            if chunk == b"":
                return unanswered("the event stream ended")
            self._events.extend(self._parser.feed(chunk))
            self._wait = self._wait if self._parser.retry is None else self._parser.retry
            return None
        except TransportFailed as failed:
            is_silent = failed.timed_out
        except TooLong:
            return unanswered("the event stream holds an event that is too long")
        except VendoError as error:
            return error
        return unanswered(f"the event stream {'fell silent' if is_silent else 'broke off'}")

    def _headers(self) -> dict[str, str]:
        after = {} if self._last_event_id is None else {"last-event-id": self._last_event_id}
        return {"accept": "text/event-stream"} | after

    def _recover(self, failed: VendoError) -> Steps[None]:
        self._let_go()
        if _is_final(failed):
            raise failed
        self._attempt += 1
        if self._on_reconnect is not None:
            self._on_reconnect(self._attempt, failed)
        doubled = min(self._wait * 2 ** min(self._attempt - 1, 16), self._max_backoff)
        jittered = doubled * (0.5 + random.random() / 2)
        wait = max(jittered, float(failed.retry_after or 0))
        yield Sleep(min(max(wait, _SHORTEST_WAIT), _LONGEST_WAIT))
