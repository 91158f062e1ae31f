"""
The way to the service on the standard library: HTTP/1.1 over connections that are used again.

Every read, write and look-up is bounded by the deadline of the call, a peer that sends a byte now and then included. No
redirect is followed: the key is for this address alone.
"""

import errno
import http.client
import select
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vendo import _forks
from vendo._connection import Connection
from vendo._origins import Origin, origin_of
from vendo._secret import Secret
from vendo._steps import Answer, Request, TransportFailed

# A longer answer is none of the service's.
LONGEST_ANSWER = 16 * 1024 * 1024

# Idle connections of one origin; more than that many threads at once open some anew.
_MOST_IDLE = 32

# Before a server that does not say how long it keeps an idle connection lets go of it.
_KEPT_IDLE = 4.0


@dataclass(frozen=True, slots=True)
class _Idle:
    connection: Connection
    until: float


class Pool:
    """Requests of any number of threads at once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._idle: dict[Origin, list[_Idle]] = {}
        _forks.watch(self)
        # When nobody has the pool any more, or the process ends.
        weakref.finalize(self, _end_all, self._idle)

    def begin_anew(self) -> None:
        self._lock = threading.RLock()
        # Closing takes nothing from the parent, which has descriptors of its own.
        self.close()

    def close(self) -> None:
        """Lets go of the idle connections. Who sends after that opens others."""
        with self._lock:
            _end_all(self._idle)

    def take(self, origin: Origin, deadline: float) -> Connection:
        """The one that was used last, or a new one."""
        while True:
            with self._lock:
                several = self._idle.get(origin)
                idle = several.pop() if several else None
            if idle is None:
                return Connection(origin, deadline)
            connection = idle.connection
            # What the server closed meanwhile can be read: to its end.
            if idle.until > time.monotonic() and not _is_readable(connection.sock):
                connection.deadline = deadline
                return connection
            connection.end()

    def give_back(self, connection: Connection, seconds: float) -> None:
        with self._lock:
            several = self._idle.setdefault(connection.origin, [])
            fits = len(several) < _MOST_IDLE
            if fits:
                several.append(_Idle(connection, time.monotonic() + seconds))
        if not fits:
            connection.end()


def _end_all(idle: dict[Origin, list[_Idle]]) -> None:
    while idle:
        _, several = idle.popitem()
        for one in several:
            one.connection.end()


class Exchange:
    """One request and its answer. `abort` ends it from another thread."""

    def __init__(self, pool: Pool, request: Request, deadline: float) -> None:
        self._pool = pool
        self._request = request
        self._deadline = deadline
        self._connection: Connection | None = None
        self._response: http.client.HTTPResponse | None = None
        self._at_work = threading.Lock()
        self._aborted = False

    def perform(self) -> Answer:
        """The whole answer. Raises `TransportFailed`."""
        with self._working():
            answer = self._begin() or self._read()
        if isinstance(answer, TransportFailed):
            self.abort()
            raise answer
        return answer

    def begin(self) -> None:
        """Waits for the head of the answer. Raises `TransportFailed`."""
        with self._working():
            failed = self._begin()
        if failed is not None:
            self.abort()
            raise failed

    @property
    def status(self) -> int:
        return 0 if self._response is None else self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        if self._response is None:
            return {}
        return {name.lower(): value for name, value in self._response.headers.items()}

    def receive(self, deadline: float) -> bytes:
        """Bytes of the body as they come, none at its end. Raises `TransportFailed`."""
        with self._working():
            received = self._receive(deadline)
        if isinstance(received, TransportFailed):
            self.abort()
            raise received
        return received

    def abort(self) -> None:
        self._aborted = True
        connection = self._connection
        if connection is None:
            return
        connection.wake()
        if self._at_work.acquire(blocking=False):
            connection.end()
            self._at_work.release()

    @contextmanager
    def _working(self) -> Generator[None]:
        with self._at_work:
            yield
        if self._aborted:
            self.abort()

    def _begin(self) -> TransportFailed | None:
        url = urlsplit(self._request.url)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            connection = self._connection = self._pool.take(
                origin_of(self._request.url), self._deadline
            )
            if self._aborted:
                return TransportFailed("it was given up")
            connection.send_request(self._request, target)
            self._response = connection.getresponse()
        except _FAILURES as error:
            return failed_by(error)
        return None

    def _read(self) -> Answer | TransportFailed:
        connection, response = self._connection, self._response
        if connection is None or response is None or self._aborted:
            return TransportFailed("it was given up")
        try:
            body = _whole(response)
        except _FAILURES as error:
            return failed_by(error)
        answer = Answer(response.status, self.headers, Secret(body.decode("utf-8", "replace")))
        # From here on it is somebody else's.
        self._connection = None
        # A body that may not be there would be taken for the next answer.
        is_bodiless = response.status in (204, 304)
        if response.will_close or is_bodiless or self._aborted:
            connection.end()
        else:
            self._pool.give_back(connection, _kept_for(self.headers.get("keep-alive", "")))
        return answer

    def _receive(self, deadline: float) -> bytes | TransportFailed:
        connection, response = self._connection, self._response
        if connection is None or response is None or self._aborted:
            return b""
        connection.deadline = deadline
        try:
            return response.read1(65_536)
        except _FAILURES as error:
            return failed_by(error)


# `ValueError`: a name or a header that can not be sent.
_FAILURES = (OSError, http.client.HTTPException, ValueError)


def failed_by(error: Exception) -> TransportFailed:
    """A code, and nothing of the text, which names addresses."""
    if isinstance(error, TimeoutError):
        return TransportFailed("ETIMEDOUT", timed_out=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return TransportFailed("the certificate is not trusted")
    if isinstance(error, socket.gaierror):
        return TransportFailed("the host is not known")
    number = error.errno if isinstance(error, OSError) else None
    return TransportFailed(errno.errorcode.get(number or 0, "the connection failed"))


def _whole(response: http.client.HTTPResponse) -> bytes:
    body = bytearray()
    while chunk := response.read(65_536):
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise http.client.HTTPException
    # Less than was announced is no answer.
    if response.length:
        raise http.client.IncompleteRead(b"")
    return bytes(body)


def _kept_for(keep_alive: str) -> float:
    """Seconds; a little less than the server says it waits."""
    for part in keep_alive.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "timeout" and value.isdecimal() and len(value) < 6:
            return max(0.0, min(float(value) - 1, 60.0))
    return _KEPT_IDLE


def _is_readable(sock: Any) -> bool:
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0])
    # Knows descriptors above 1024.
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


@contextmanager
def aborting(exchange: Exchange) -> Generator[Exchange]:
    """Ends the exchange when whoever waits for it does so no more."""
    try:
        yield exchange
    except BaseException:
        exchange.abort()
        raise
