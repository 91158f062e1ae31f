"""
What a call is made of.

Everything the SDK decides is decided in generators, once: each yields what is to be done next and is sent what came of it.
Who runs them does it: `_blocking` with threads and sockets, `_awaiting` on an event loop.
"""

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from vendo._secret import Secret


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the service. Secrets stay wrapped up to the line that sends them."""

    method: str
    url: str
    headers: Mapping[str, str | Secret]
    body: bytes | None = field(default=None, repr=False)

    def opened_headers(self) -> dict[str, str]:
        """For the line that sends them, and for no other."""
        return {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in self.headers.items()
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Its text may hold tokens."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    text: Secret


class Stream(Protocol):
    """An answer whose body is read as it comes, by one reader."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def abort(self) -> None:
        """Ends the reading, from wherever it is called."""
        ...


class TransportFailed(Exception):
    """No whole answer came. Says nothing of the address or the headers, which may hold secrets."""

    def __init__(self, reason: str, *, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Send:
    """Is sent the `Answer`; a `TransportFailed` is thrown in. `deadline` is on the monotonic clock."""

    request: Request
    deadline: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Is sent the `Stream`; a `TransportFailed` is thrown in. `begins` is handed it as soon as it can be aborted."""

    request: Request
    deadline: float
    begins: Callable[[Stream], None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receive:
    """Is sent the next bytes of a stream, none at its end; a `TransportFailed` is thrown in."""

    stream: Stream
    deadline: float


@dataclass(frozen=True, slots=True)
class Sleep:
    seconds: float


@dataclass(frozen=True, slots=True)
class Wait:
    """
    For what another call is about to know, which `thread` makes. Is sent `NotHere` by who can not wait, and `TooLate` after
    the deadline.
    """

    future: Future[Any]
    deadline: float
    thread: int


class NotHere:
    """The other call is made by this very thread: by a task of its event loop, or by what a signal interrupted."""


class TooLate:
    """It was waited for long enough."""


Step = Send | Listen | Receive | Sleep | Wait

T = TypeVar("T")

Steps = Generator[Step, Any, T]
"""A call that answers a `T`."""
