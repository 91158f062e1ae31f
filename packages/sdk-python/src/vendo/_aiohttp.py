"""The way to the service over aiohttp, where it is installed: no thread waits for an answer."""

import asyncio
import errno
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from vendo._secret import Secret
from vendo._steps import Answer, Request, Stream, TransportFailed

_LONGEST_ANSWER = 16 * 1024 * 1024


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


@dataclass(frozen=True, slots=True)
class _Stream:
    status: int
    headers: Mapping[str, str]
    response: Any

    def abort(self) -> None:
        self.response.close()


class Aiohttp:
    """One session for each event loop, for it can serve no other."""

    def __init__(self) -> None:
        if not is_installed():
            raise ImportError('aiohttp is not installed: pip install "vendo-sdk[async]"')
        self._session: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, request: Request, deadline: float) -> Answer:
        failed = await self._sent(request, deadline)
        if isinstance(failed, TransportFailed):
            raise failed
        return failed

    async def listen(
        self, request: Request, deadline: float, begins: Callable[[Stream], None]
    ) -> Stream:
        opened = await self._opened(request, deadline)
        if isinstance(opened, TransportFailed):
            raise opened
        stream = _Stream(opened.status, _headers(opened), opened)
        begins(stream)
        return stream

    async def receive(self, stream: Stream, deadline: float) -> bytes:
        assert isinstance(stream, _Stream)
        received = await self._received(stream, deadline)
        if isinstance(received, TransportFailed):
            raise received
        return received

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None and self._loop is asyncio.get_running_loop():
            await session.close()

    async def _sent(self, request: Request, deadline: float) -> Answer | TransportFailed:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                async with self._request(request) as response:
                    body = bytearray()
                    async for chunk in response.content.iter_any():
                        body += chunk
                        if len(body) > _LONGEST_ANSWER:
                            return TransportFailed("the answer is too long")
                    text = Secret(body.decode("utf-8", "replace"))
                    return Answer(response.status, _headers(response), text)
        except (OSError, ValueError, _AIOHTTP.ClientError) as error:
            return _failed(error)

    async def _opened(self, request: Request, deadline: float) -> Any:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await self._request(request)
        except (OSError, ValueError, _AIOHTTP.ClientError) as error:
            return _failed(error)

    async def _received(self, stream: _Stream, deadline: float) -> bytes | TransportFailed:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await stream.response.content.readany()
        except (OSError, ValueError, _AIOHTTP.ClientError) as error:
            return _failed(error)

    def _request(self, request: Request) -> Any:
        return self._open_session().request(
            request.method,
            # As it is: what is escaped in it stays so.
            _YARL.URL(request.url, encoded=True),
            headers=request.opened_headers(),
            data=request.body,
            allow_redirects=False,
        )

    def _open_session(self) -> Any:
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed or self._loop is not loop:
            self._loop = loop
            self._session = _AIOHTTP.ClientSession(
                # Whoever asks bounds the time, and nobody is remembered by a cookie.
                timeout=_AIOHTTP.ClientTimeout(total=None),
                cookie_jar=_AIOHTTP.DummyCookieJar(),
                trust_env=True,
            )
        return self._session


def _headers(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _failed(error: Exception) -> TransportFailed:
    """A code, and nothing of the text, which names addresses."""
    if isinstance(error, TimeoutError):
        return TransportFailed("ETIMEDOUT", timed_out=True)
    number = error.errno if isinstance(error, OSError) else None
    return TransportFailed(errno.errorcode.get(number or 0, "the connection failed"))
