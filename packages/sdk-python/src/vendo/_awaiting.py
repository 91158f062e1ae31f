"""Runs a call on an event loop."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from vendo._blocking import Sockets
from vendo._error import VendoError, without_frames
from vendo._http import Exchange, aborting
from vendo._steps import (
    Answer,
    Listen,
    Receive,
    Request,
    Send,
    Sleep,
    Step,
    Steps,
    Stream,
    TooLate,
    Wait,
)

T = TypeVar("T")


class AsyncTransport(Protocol):
    """How a request gets to the service and an answer back. Each raises `TransportFailed`."""

    async def send(self, request: Request, deadline: float) -> Answer: ...

    async def listen(
        self, request: Request, deadline: float, begins: Callable[[Stream], None]
    ) -> Stream: ...

    async def receive(self, stream: Stream, deadline: float) -> bytes: ...

    async def close(self) -> None: ...


class Threads:
    """The sockets of the blocking client, each request in a thread. Who is cancelled ends its request."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        # Of who was cancelled while it waited: what was read then is for the next.
        self._reading: WeakKeyDictionary[Exchange, asyncio.Future[bytes]] = WeakKeyDictionary()

    async def send(self, request: Request, deadline: float) -> Answer:
        with aborting(self._sockets.exchange(request, deadline)) as exchange:
            return await _in_thread(exchange.perform)

    async def listen(
        self, request: Request, deadline: float, begins: Callable[[Stream], None]
    ) -> Stream:
        with aborting(self._sockets.exchange(request, deadline)) as exchange:
            begins(exchange)
            await _in_thread(exchange.begin)
            return exchange

    async def receive(self, stream: Stream, deadline: float) -> bytes:
        assert isinstance(stream, Exchange)
        reading = self._reading.pop(stream, None) or _in_thread(lambda: stream.receive(deadline))
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            self._reading[stream] = reading
            raise

    async def close(self) -> None:
        self._sockets.close()


def _in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """In one of its own: those of the loop's executor are few, and who waits for one has no time left."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    # That nobody waits for it any more is no reason to complain of how it ended.
    future.add_done_callback(lambda future: future.cancelled() or future.exception())

    def settle(set_outcome: Callable[[Any], None], outcome: Any) -> None:
        if not future.done():
            set_outcome(outcome)

    def tell(set_outcome: Callable[[Any], None], outcome: Any) -> None:
        # Where the loop is closed nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, set_outcome, outcome)

    def perform() -> None:
        try:
            outcome = work()
        except Exception as error:
            tell(future.set_exception, error)
        else:
            tell(future.set_result, outcome)

    threading.Thread(target=perform, name="vendo", daemon=True).start()
    return future


Sleeping = Callable[[float], Awaitable[object]]


async def run(steps: Steps[T], transport: AsyncTransport, sleep: Sleeping = asyncio.sleep) -> T:
    """The answer of a call. What it raises of ours is raised from here, as in `_blocking`."""
    try:
        return await _run(steps, transport, sleep)
    except VendoError as error:
        failed = error
    raise without_frames(failed)


async def _run(steps: Steps[T], transport: AsyncTransport, sleep: Sleeping) -> T:
    async def perform(step: Step) -> object:
        match step:
            case Send(request, deadline):
                return await transport.send(request, deadline)
            case Listen(request, deadline, begins):
                return await transport.listen(request, deadline, begins)
            case Receive(stream, deadline):
                return await transport.receive(stream, deadline)
            case Sleep(seconds):
                return await sleep(seconds)
            case Wait(future, deadline, _):
                try:
                    async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                        return await asyncio.wrap_future(future)
                except TimeoutError:
                    return TooLate()

    try:
        step = next(steps)
        while True:
            try:
                outcome = await perform(step)
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(outcome)
    except StopIteration as end:
        return end.value
    finally:
        # Also where a signal came in between: what others wait for is let go of.
        steps.close()
