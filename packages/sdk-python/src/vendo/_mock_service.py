"""The other end of the wire, in memory: answers as the service does, from a list of connections."""

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from vendo._secret import Secret
from vendo._steps import Answer, Request, Stream
from vendo.types import Connection, EventStreamMessage


class _Refusal(NamedTuple):
    status: int
    code: str
    detail: str


_UNBOUND = _Refusal(403, "binding_missing", "no connection is bound")
_UNKNOWN = _Refusal(404, "not_found", "the mock has no such route")
_NO_INTEGRATION = _Refusal(404, "provider_unknown", "the mock has no catalog")

# What a connection that vends nothing is answered with.
_REFUSALS = {
    "available": _UNBOUND,
    "pending_setup": _Refusal(401, "connection_needs_reauth", "the connection is not set up yet"),
    "needs_reauth": _Refusal(401, "connection_needs_reauth", "the user must authorise it again"),
    "revoked": _Refusal(403, "connection_revoked", "the connection was revoked"),
    "error": _Refusal(502, "upstream_error", "the provider does not answer"),
}


class MockService:
    """Any number of threads and event loops may ask it."""

    def __init__(self, connections: Iterable[Connection], forget: Callable[[str], None]) -> None:
        """`forget` is told a slug whose token is another now, before anybody hears of it."""
        self._lock = threading.Lock()
        self._connections = {connection.slug: connection for connection in connections}
        self._events: list[EventStreamMessage] = []
        self._streams: list[MockStream] = []
        self._forget = forget

    def connect(self, connection: Connection) -> None:
        with self._lock:
            self._connections[connection.slug] = connection
        self._forget(connection.slug)
        self._tell("connection.connected", connection)

    def disconnect(self, slug: str) -> None:
        with self._lock:
            removed = self._connections.pop(slug, None)
        self._forget(slug)
        if removed is not None:
            self._tell("connection.disconnected", removed)

    def emit(self, event: EventStreamMessage) -> None:
        with self._lock:
            if event.id is None:
                event = replace(event, id=str(len(self._events) + 1))
            block = _block_of(event)
            self._events.append(event)
            self._streams = [stream for stream in self._streams if not stream.ended]
            for stream in self._streams:
                stream.push(block)

    def answer(self, request: Request) -> Answer:
        url = urlsplit(request.url)
        surface, _, rest = url.path.removeprefix("/").partition("/")
        if surface == "credentials":
            return self._credentials(rest, parse_qs(url.query).get("slugs", [""])[0])
        origin = f"{url.scheme}://{url.netloc}"
        match url.path:
            case "/api/deployments/me/connections":
                with self._lock:
                    return _answer(
                        {"connections": [_wire_of(one) for one in self._connections.values()]}
                    )
            case "/api/connect-sessions":
                slug = json.loads(request.body or b"{}").get("slug")
                return _answer({"url": f"{origin}/connections/connect/{slug}?ticket=mock"}, 201)
            case "/api/integrations":
                return _answer({"integrations": []})
            case "/api/billing/balance":
                top_up_url = f"{origin}/billing/top-up"
                return _answer(
                    {"credits_remaining_micros": 0, "currency": "USD", "top_up_url": top_up_url}
                )
            case "/api/billing/spend-caps":
                caps = {"daily_micros": None, "monthly_micros": None}
                return _answer(caps | {"used_today_micros": 0, "used_month_micros": 0})
            case "/api/billing/usage":
                since = "1970-01-01T00:00:00.000Z"
                return _answer({"since": since, "total_micros": 0, "providers": []})
            case path:
                is_integration = path.startswith("/api/integrations/")
                return _refused(_NO_INTEGRATION if is_integration else _UNKNOWN)

    def stream(self, request: Request) -> "MockStream":
        """The events after the one that is named, or all."""
        last = request.headers.get("last-event-id")
        with self._lock:
            known = [index for index, event in enumerate(self._events) if event.id == last]
            after = known[-1] + 1 if known else 0
            stream = MockStream()
            self._streams.append(stream)
            for event in self._events[after:]:
                stream.push(_block_of(event))
        return stream

    def _tell(self, kind: str, connection: Connection) -> None:
        data = {"slug": connection.slug, "connection_id": connection.id}
        self.emit(EventStreamMessage(type=kind, data=data))

    def _credentials(self, path: str, slugs: str) -> Answer:
        slug, _, action = path.partition("/")
        if action == "refused":
            return _answer({"verdict": "unchanged"})
        if slug != "_bulk":
            vended = self._vended(slug)
            return _refused(vended) if isinstance(vended, _Refusal) else _answer(vended)
        answers = {slug: self._vended(slug) for slug in slugs.split(",")}
        refusals = {slug: one for slug, one in answers.items() if isinstance(one, _Refusal)}
        tokens = {slug: None if slug in refusals else one for slug, one in answers.items()}
        errors = {slug: refusal._asdict() for slug, refusal in refusals.items()}
        return _answer({"tokens": tokens, "errors": errors})

    def _vended(self, slug: str) -> Mapping[str, object] | _Refusal:
        with self._lock:
            connection = self._connections.get(slug)
        if connection is None:
            return _UNBOUND
        refusal = _REFUSALS.get(connection.status)
        if refusal is not None:
            return refusal
        token = next(iter((connection.credential or {}).values()), None)
        if token is None:
            return _UNBOUND
        return {"access_token": token, "expires_at": None, "token_type": "Bearer"}


class MockStream:
    """Events for one reader."""

    status = 200
    headers: Mapping[str, str] = MappingProxyType({"content-type": "text/event-stream"})

    def __init__(self) -> None:
        self.ended = False
        self._blocks: deque[bytes] = deque()
        self._wake: Callable[[], None] = _nobody

    def push(self, block: bytes) -> None:
        self._blocks.append(block)
        self._wake()

    def abort(self) -> None:
        self.ended = True
        self._wake()

    def take(self) -> bytes | None:
        """The next bytes, none at the end; None when there are none yet."""
        if self.ended:
            return b""
        return self._blocks.popleft() if self._blocks else None

    def wake(self, wake: Callable[[], None]) -> None:
        """Has it called when there may be something to take. In place of the last one."""
        self._wake = wake


def _nobody() -> None:
    pass


# What a quiet service says now and then, for its silence would be taken for its end.
_STILL_HERE = b":\n\n"


class Memory:
    """The transport of the blocking client."""

    def __init__(self, service: MockService) -> None:
        self._service = service

    def send(self, request: Request, deadline: float) -> Answer:
        return self._service.answer(request)

    def listen(self, request: Request, deadline: float, begins: Callable[[Stream], None]) -> Stream:
        stream = self._service.stream(request)
        begins(stream)
        return stream

    def receive(self, stream: Stream, deadline: float) -> bytes:
        assert isinstance(stream, MockStream)
        ready = threading.Event()
        stream.wake(ready.set)
        while (taken := stream.take()) is None:
            if not ready.wait(max(0.0, deadline - time.monotonic())):
                return _STILL_HERE
            ready.clear()
        return taken

    def close(self) -> None:
        pass


class AsyncMemory:
    """The transport of the asynchronous client."""

    def __init__(self, service: MockService) -> None:
        self._service = service

    async def send(self, request: Request, deadline: float) -> Answer:
        return self._service.answer(request)

    async def listen(
        self, request: Request, deadline: float, begins: Callable[[Stream], None]
    ) -> Stream:
        stream = self._service.stream(request)
        begins(stream)
        return stream

    async def receive(self, stream: Stream, deadline: float) -> bytes:
        assert isinstance(stream, MockStream)
        ready = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            # A loop that is closed waits for nothing.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ready.set)

        stream.wake(wake)
        while (taken := stream.take()) is None:
            try:
                await asyncio.wait_for(ready.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                return _STILL_HERE
            ready.clear()
        return taken

    async def close(self) -> None:
        pass


def _answer(
    body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    return Answer(status, headers or {}, Secret(json.dumps(body)))


def _refused(refusal: _Refusal) -> Answer:
    status, code, detail = refusal
    body = {"error": code.replace("_", " "), "detail": detail}
    return _answer(body, status, {"vendo-error-code": code})


def _block_of(event: EventStreamMessage) -> bytes:
    return f"id: {event.id}\nevent: {event.type}\ndata: {json.dumps(event.data)}\n\n".encode()


def _wire_of(connection: Connection) -> dict[str, Any]:
    bootstrap, connected_at = connection.env_bootstrap, connection.connected_at
    secrets = {} if connection.credential is None else {"credential": dict(connection.credential)}
    context = connection.context
    return {
        "id": connection.id,
        "external_id": connection.external_id,
        "slug": connection.slug,
        "display_name": connection.display_name,
        "category": connection.category,
        "profile": connection.profile,
        "status": connection.status,
        "metadata": dict(connection.metadata) | secrets,
        "context": None if context is None else dict(context),
        "api_key": connection.api_key,
        "base_url": connection.base_url,
        "setup_url": connection.setup_url,
        "error_message": connection.error_message,
        "connected_at": None if connected_at is None else connected_at.astimezone(UTC).isoformat(),
        "env_bootstrap": None
        if bootstrap is None
        else {
            "vars": [{"name": one.name, "value_from": one.value_from} for one in bootstrap.vars],
            "restart": bootstrap.restart,
        },
        "exclusive": connection.exclusive,
        "logo_url": connection.logo_url,
        "brand_color": connection.brand_color,
        "docs_url": connection.docs_url,
    }
