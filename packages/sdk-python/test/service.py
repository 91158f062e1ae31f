"""A service on a socket for the tests of this folder: it answers what a test says, and keeps a ledger."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "vendo_sk_unsaid_key"


@dataclass
class Asked:
    """A request as it came."""

    connection: int
    """Counts accepted connections."""
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    status: int = 200
    json: Any = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    before: bytes = b""
    """Sent before the answer."""
    raw: Callable[[socket.socket], None] | None = None
    """Writes to the socket itself, which is closed afterwards."""


class Pouring:
    """An answer of 64 MiB, for who would read them."""

    def __init__(self, head: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> None:
        self._head = head
        self._over = threading.Event()
        self._finished = False

    def __call__(self, sock: socket.socket) -> None:
        try:
            sock.sendall(self._head)
            for _ in range(1024):
                sock.sendall(b" " * 65_536)
            self._finished = True
        except OSError:
            pass
        finally:
            self._over.set()

    def finished(self) -> bool:
        """Whether all of it was read, once nobody reads any more."""
        if not self._over.wait(20):
            raise AssertionError("it is still read")
        return self._finished


def token(text: str = "tok_one", expires_at: str | None = None) -> Reply:
    return Reply(json={"access_token": text, "expires_at": expires_at, "token_type": "Bearer"})


def refusal(status: int, code: str, detail: str = "it is refused") -> Reply:
    return Reply(status, json={"error": code, "detail": detail}, headers={"Vendo-Error-Code": code})


Answer = Callable[[Asked], Reply]


class Service:
    """Listens on a port of its own while it is entered."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer: Answer = answer or (lambda _: token())
        self.ledger: list[Asked] = []
        self._came = threading.Condition()
        self._connections = 0
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            connection: socket.socket

            def setup(self) -> None:
                super().setup()
                with service._came:
                    service._connections += 1
                    self.number = service._connections

            def _any(self) -> None:
                asked = Asked(
                    self.number,
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    self._body(),
                )
                with service._came:
                    service.ledger.append(asked)
                    service._came.notify_all()
                reply = service.answer(asked)
                if reply.raw is not None:
                    reply.raw(self.connection)
                    self.close_connection = True
                    return
                body = (reply.text or "") if reply.json is None else json.dumps(reply.json)
                data = body.encode()
                self.wfile.write(reply.before)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def _body(self) -> bytes:
                if self.headers.get("transfer-encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("content-length") or 0))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            do_GET = do_POST = do_PUT = do_CONNECT = _any

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Whoever goes away in the middle is no fault of the service."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def connections(self) -> int:
        with self._came:
            return self._connections

    def encrypt(self, certificate: str, key: str) -> None:
        """Speaks TLS from here on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        # The thread of a connection shakes hands, and not the one that accepts.
        plain, self._server.socket = (
            self._server.socket,
            context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            ),
        )
        plain.close()

    def wait_for(self, requests: int) -> None:
        """Until so many came."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.ledger) >= requests, 20):
                raise AssertionError(f"{len(self.ledger)} of {requests} requests came")

    def __enter__(self) -> "Service":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
