"""
The way to the service on the standard library: HTTP/1.1 over connections that are used again.

Every read, write and look-up is bounded by the deadline of the call, a peer that sends a byte now and then included. No
redirect is followed: the key is for this address alone.
"""

import errno
import http.client
import io
import os
import select
import socket
import ssl
import threading
import time
import weakref
from base64 import b64encode
from collections.abc import Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from vendo import _forks
from vendo._secret import Secret
from vendo._steps import Answer, Request, TransportFailed

# A longer answer is none of the service's.
LONGEST_ANSWER = 16 * 1024 * 1024

# Idle connections of one origin; more than that many threads at once open some anew.
_MOST_IDLE = 32

# Before a server that does not say how long it keeps an idle connection lets go of it.
_KEPT_IDLE = 4.0


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int


_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> Origin:
    parts = urlsplit(url)
    return Origin(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])


@dataclass(frozen=True, slots=True)
class _Idle:
    connection: "_Connection"
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

    def take(self, origin: Origin, deadline: float) -> "_Connection":
        """The one that was used last, or a new one."""
        while True:
            with self._lock:
                several = self._idle.get(origin)
                idle = several.pop() if several else None
            if idle is None:
                return _Connection(origin, deadline)
            connection = idle.connection
            # What the server closed meanwhile can be read: to its end.
            if idle.until > time.monotonic() and not _is_readable(connection.sock):
                connection.deadline = deadline
                return connection
            connection.end()

    def give_back(self, connection: "_Connection", seconds: float) -> None:
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
        self._connection: _Connection | None = None
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
            return _failed(error)
        return None

    def _read(self) -> Answer | TransportFailed:
        connection, response = self._connection, self._response
        if connection is None or response is None or self._aborted:
            return TransportFailed("it was given up")
        try:
            body = _whole(response)
        except _FAILURES as error:
            return _failed(error)
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
            return _failed(error)


# `ValueError`: a name or a header that can not be sent.
_FAILURES = (OSError, http.client.HTTPException, ValueError)


def _failed(error: Exception) -> TransportFailed:
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


class _Connection(http.client.HTTPConnection):
    """Bounded by one deadline, which is set anew for each request."""

    # Who has all connections of a process print their headers has not these.
    debuglevel = 0

    def __init__(self, origin: Origin, deadline: float) -> None:
        proxy = proxy_of(origin)
        super().__init__(*((proxy.host, proxy.port) if proxy else (origin.host, origin.port)))
        self.origin = origin
        self.default_port = _PORTS[origin.scheme]
        self.deadline = deadline
        self._answering: http.client.HTTPResponse | None = None
        self._reached: socket.socket | None = None
        self._process = os.getpid()
        self._forwarded: Proxy | None = None
        self._prefix = ""
        if proxy is None:
            return
        if origin.scheme == "https":
            self.set_tunnel(origin.host, origin.port, proxy.opened_headers())
        else:
            self._forwarded = proxy
            self._prefix = f"http://{_in_url(origin.host)}:{origin.port}"

    @property
    def _create_connection(self) -> Any:
        """How a host is reached; what `HTTPConnection` would have it be is not wanted."""
        return self._reach

    @_create_connection.setter
    def _create_connection(self, _: object) -> None:
        pass

    @property
    def response_class(self) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride] -- a bound method in its place would keep the connection alive
        return self._respond

    def wake(self) -> None:
        """Ends the reading of another thread, which then closes it."""
        # In a forked process it is the parent's, too.
        if self._reached is not None and self._process == os.getpid():
            with suppress(OSError):
                # The plain way, though the socket is one of TLS: it is not ours to change what the other thread uses.
                socket.socket.shutdown(self._reached, socket.SHUT_RDWR)

    def end(self) -> None:
        """Closes it, and the answer that is read from it."""
        self.close()
        if self._answering is not None:
            self._answering.close()

    def connect(self) -> None:
        super().connect()
        self._reached = self.sock
        if self.origin.scheme == "https":
            self.sock.settimeout(self.left())
            context = _tls_context()
            # The handshake comes after it is known, so that it can be ended.
            self.sock = self._reached = context.wrap_socket(
                self.sock, server_hostname=self.origin.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def send_request(self, request: Request, target: str) -> None:
        # Before the headers are opened: this is what lasts, and what a signal may end.
        if self.sock is None:  # pyright: ignore[reportUnnecessaryComparison] -- it is None until it is connected
            self.connect()
        cast("socket.socket", self.sock).settimeout(self.left())
        headers = {name: _in_latin1(value) for name, value in request.opened_headers().items()}
        if self._forwarded is not None:
            headers |= self._forwarded.opened_headers()
        self.request(request.method, self._prefix + target, body=request.body, headers=headers)

    def left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _reach(self, address: tuple[str, int], *_: object) -> socket.socket:
        """The first of the addresses of a name that answers; none may use up the time of all."""
        host, port = address
        found = _addresses(host, port, self.left())
        failed: OSError = OSError(errno.EHOSTUNREACH, "no address")
        for index, (family, kind, protocol, _name, to) in enumerate(found):
            sock = self._reached = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.left() / (len(found) - index))
                sock.connect(to)
                sock.settimeout(self.left())
            except OSError as error:
                sock.close()
                failed = error
                continue
            return sock
        raise failed

    def _respond(self, sock: socket.socket, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:
        readable: Any = _Readable(sock, self)
        self._answering = _Response(readable, *args, **kwargs)
        return self._answering


def _addresses(host: str, port: int, seconds: float) -> "list[Any]":
    """Looked up in a thread, for the system has patience of its own."""
    found: Future[list[Any]] = Future()

    def look_up() -> None:
        try:
            # As bytes: a text would have a codec loaded first, which a forked process may wait for in vain.
            addresses = socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)
        except Exception as error:
            found.set_exception(error)
        else:
            found.set_result(addresses)

    threading.Thread(target=look_up, name="vendo-look-up", daemon=True).start()
    return found.result(seconds)


class _Response(http.client.HTTPResponse):
    """What `http.client` would take for an answer, and is none, is not taken for the answer to this request."""

    def _read_status(self) -> tuple[str, int, str]:
        whole: Any = super()
        while True:
            version, status, reason = whole._read_status()
            # Interim answers are skipped (RFC 9110 §15.2), and nothing was asked for that would switch protocols.
            if status == 101:
                raise http.client.HTTPException
            if not 100 < status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)

    def _read_next_chunk_size(self) -> int:
        whole: Any = super()
        size: int = whole._read_next_chunk_size()
        if size < 0:
            raise http.client.HTTPException
        return size


class _Readable:
    """What an `HTTPResponse` asks of a socket."""

    def __init__(self, sock: socket.socket, connection: _Connection) -> None:
        self._sock = sock
        self._connection = connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._connection))


class _Reader(io.RawIOBase):
    """Reads until the deadline, however often."""

    def __init__(self, sock: socket.socket, connection: _Connection) -> None:
        self._sock = sock
        self._connection = connection
        # Counts as a user of the socket: the response may outlive its connection.
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._connection.left())
        return self._file.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Proxy:
    host: str
    port: int
    _authorization: Secret | None

    @property
    def url(self) -> str:
        return f"http://{_in_url(self.host)}:{self.port}"

    def opened_headers(self) -> dict[str, str]:
        """For the line that sends them, and for no other."""
        if self._authorization is None:
            return {}
        return {"Proxy-Authorization": self._authorization.reveal()}


def proxy_of(origin: Origin) -> Proxy | None:
    """As `urllib` and `requests` find it: from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the system's settings."""
    said = getproxies().get(origin.scheme)
    if said is None or proxy_bypass(origin.host):
        return None
    url = urlsplit(said if "://" in said else f"http://{said}")
    if url.hostname is None:
        return None
    user = f"{unquote(url.username or '')}:{unquote(url.password or '')}"
    authorization = Secret("Basic " + b64encode(user.encode()).decode()) if url.username else None
    return Proxy(url.hostname, url.port or 80, authorization)


def _in_latin1(text: str) -> str:
    """Whose bytes are those of the text in UTF-8: `http.client` knows no other way to send them."""
    return text.encode().decode("latin-1")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


_contexts: list[ssl.SSLContext] = []


def _tls_context() -> ssl.SSLContext:
    """One for all connections: reading the trusted certificates takes 10 ms and more."""
    if not _contexts:
        _contexts.append(ssl.create_default_context())
    return _contexts[0]


@contextmanager
def aborting(exchange: Exchange) -> Generator[Exchange]:
    """Ends the exchange when whoever waits for it does so no more."""
    try:
        yield exchange
    except BaseException:
        exchange.abort()
        raise
