"""The way to the service over aiohttp, where it is installed: no thread waits for an answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from vendo._error import without_frames
from vendo._http import LONGEST_ANSWER, failed_by
from vendo._origins import origin_of, proxy_of
from vendo._secret import Secret
from vendo._steps import Answer, Request, Stream, TransportFailed

T = TypeVar("T")


def _installed(name: str) -> Any:
    # As `Any`: a program without aiohttp has no types of it either.
    try:
        return import_module(name)
    except ImportError:
        return None


# With the client's own modules, so that no event loop waits for it later.
_AIOHTTP = _installed("aiohttp")
_YARL = _installed("yarl")


def is_installed() -> bool:
    return _AIOHTTP is not None


class _Stream:
    """An answer that is opened, and then read."""

    def __init__(self, opening: "asyncio.Task[Any]") -> None:
        self.opening = opening
        self.response: Any = None
        self.is_aborted = False
        self._loop = asyncio.get_running_loop()

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return _headers(self.response)

    def abort(self) -> None:
        self.is_aborted = True
        # From whichever thread, and where the loop is closed there is nothing left to end.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.end)

    def end(self) -> None:
        self.opening.cancel()
        if self.response is not None:
            self.response.close()


class Aiohttp:
    """One session for each event loop, for it can serve no other."""

    def __init__(self) -> None:
        if not is_installed():
            raise ImportError('aiohttp is not installed: pip install "vendo-sdk[async]"')
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    async def send(self, request: Request, deadline: float) -> Answer:
        failed = await _plainly(self._sent(request, deadline))
        if isinstance(failed, TransportFailed):
            raise failed
        return failed

    async def listen(
        self, request: Request, deadline: float, begins: Callable[[Stream], None]
    ) -> Stream:
        stream = _Stream(asyncio.ensure_future(self._opened(request, deadline)))
        begins(stream)
        try:
            opened = await _plainly(stream.opening)
        except asyncio.CancelledError:
            stream.end()
            if not stream.is_aborted:
                raise
            opened = TransportFailed("it was given up")
        if isinstance(opened, TransportFailed):
            raise opened
        stream.response = opened
        return stream

    async def receive(self, stream: Stream, deadline: float) -> bytes:
        assert isinstance(stream, _Stream)
        received = await _plainly(self._received(stream, deadline))
        if isinstance(received, TransportFailed):
            raise received
        return received

    async def close(self) -> None:
        """That of the running loop: no other can be closed from here."""
        session = self._sessions.pop(asyncio.get_running_loop(), None)
        if session is not None:
            await session.close()

    async def _sent(self, request: Request, deadline: float) -> Answer | TransportFailed:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                async with self._request(request) as response:
                    body = bytearray()
                    async for chunk in response.content.iter_any():
                        body += chunk
                        if len(body) > LONGEST_ANSWER:
                            return TransportFailed("the answer is too long")
                    text = Secret(body.decode("utf-8", "replace"))
                    return Answer(response.status, _headers(response), text)
        except (OSError, ValueError, _AIOHTTP.ClientError) as error:
            return failed_by(error)

    async def _opened(self, request: Request, deadline: float) -> Any:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await self._request(request)
        except (OSError, ValueError, _AIOHTTP.ClientError) as error:
            return failed_by(error)

    async def _received(self, stream: _Stream, deadline: float) -> bytes | TransportFailed:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await stream.response.content.readany()
        except (OSError, ValueError, _AIOHTTP.ClientError) as error:
            return failed_by(error)

    def _request(self, request: Request) -> Any:
        origin = origin_of(request.url)
        proxy = proxy_of(origin)
        to_proxy = {} if proxy is None else proxy.opened_headers()
        is_tunnelled = origin.scheme == "https"
        return self._session().request(
            request.method,
            # As it is: what is escaped in it stays so.
            _YARL.URL(request.url, encoded=True),
            headers=request.opened_headers() | ({} if is_tunnelled else to_proxy),
            data=request.body,
            allow_redirects=False,
            proxy=None if proxy is None else proxy.url,
            proxy_headers=to_proxy if is_tunnelled else None,
        )

    def _session(self) -> Any:
        loop = asyncio.get_running_loop()
        session = self._sessions.get(loop)
        if session is None:
            session = self._sessions[loop] = _AIOHTTP.ClientSession(
                # Whoever asks bounds the time, and how much is asked at once. Nobody is remembered by a cookie.
                timeout=_AIOHTTP.ClientTimeout(total=None),
                connector=_AIOHTTP.TCPConnector(limit=0),
                cookie_jar=_AIOHTTP.DummyCookieJar(),
            )
        return session


async def _plainly(work: Awaitable[T]) -> T:
    """Whoever is cancelled while it lasts has no frames of aiohttp in the traceback, which have the opened headers."""
    try:
        return await work
    except BaseException as error:
        failed = error
    raise without_frames(failed)


def _headers(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}
