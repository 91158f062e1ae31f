"""
One connection, as `http.client` has it, but for what a stranger at its other end may do with it: time is bounded whatever
arrives, and nothing but the answer to a request is taken for it.
"""

import errno
import http.client
import io
import os
import socket
import ssl
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, cast

from vendo._origins import PORTS, Origin, Proxy, in_url, proxy_of
from vendo._steps import Request


class Connection(http.client.HTTPConnection):
    """Bounded by one deadline, which is set anew for each request."""

    # Who has all connections of a process print their headers has not these.
    debuglevel = 0

    def __init__(self, origin: Origin, deadline: float) -> None:
        proxy = proxy_of(origin)
        super().__init__(*((proxy.host, proxy.port) if proxy else (origin.host, origin.port)))
        self.origin = origin
        self.default_port = PORTS[origin.scheme]
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
            self._prefix = f"http://{in_url(origin.host)}:{origin.port}"

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

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
        self._sock = sock
        self._connection = connection

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._connection))


class _Reader(io.RawIOBase):
    """Reads until the deadline, however often."""

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
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


def _in_latin1(text: str) -> str:
    """Whose bytes are those of the text in UTF-8: `http.client` knows no other way to send them."""
    return text.encode().decode("latin-1")


_contexts: list[ssl.SSLContext] = []


def _tls_context() -> ssl.SSLContext:
    """One for all connections: reading the trusted certificates takes 10 ms and more."""
    if not _contexts:
        _contexts.append(ssl.create_default_context())
    return _contexts[0]
