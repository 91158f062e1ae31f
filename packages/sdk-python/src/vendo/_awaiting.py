"""Runs a call on an event loop."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from vendo._blocking import Sockets
from vendo._error import VendoError
from vendo._http import Exchange, aborting
from vendo._steps import Answer, Listen, Receive, Request, Send, Sleep, Step, Steps, Stream, Wait

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

    async def send(self, request: Request, deadline: float) -> Answer:
        with aborting(self._sockets.exchange(request, deadline)) as exchange:
            return await asyncio.to_thread(exchange.perform)

    async def listen(
        self, request: Request, deadline: float, begins: Callable[[Stream], None]
    ) -> Stream:
        with aborting(self._sockets.exchange(request, deadline)) as exchange:
            begins(exchange)
            await asyncio.to_thread(exchange.begin)
            return exchange

    async def receive(self, stream: Stream, deadline: float) -> bytes:
        assert isinstance(stream, Exchange)
        with aborting(stream):
            return await _in_own_thread(lambda: stream.receive(deadline))

    async def close(self) -> None:
        self._sockets.close()


async def _in_own_thread(work: Callable[[], T]) -> T:
    """For what may last: the threads of the loop's executor are few, and whoever listens would keep one."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

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

    threading.Thread(target=perform, name="vendo-events", daemon=True).start()
    return await future


async def run(steps: Steps[T], transport: AsyncTransport) -> T:
    """The answer of a call. What it raises of ours is raised from here, as in `_blocking`."""
    try:
        return await _run(steps, transport)
    except VendoError as error:
        failed = error
    failed.__context__ = None
    raise failed.with_traceback(None)


async def _run(steps: Steps[T], transport: AsyncTransport) -> T:
    async def perform(step: Step) -> object:
        match step:
            case Send(request, deadline):
                return await transport.send(request, deadline)
            case Listen(request, deadline, begins):
                return await transport.listen(request, deadline, begins)
            case Receive(stream, deadline):
                return await transport.receive(stream, deadline)
            case Sleep(seconds):
                return await asyncio.sleep(seconds)
            case Wait(future):
                return await asyncio.wrap_future(future)

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
