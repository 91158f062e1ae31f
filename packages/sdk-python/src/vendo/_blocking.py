"""Runs a call in this thread."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from vendo._error import VendoError, without_frames
from vendo._http import Exchange, Pool, aborting
from vendo._steps import (
    Answer,
    Listen,
    NotHere,
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


class Transport(Protocol):
    """How a request gets to the service and an answer back. Each raises `TransportFailed`."""

    def send(self, request: Request, deadline: float) -> Answer: ...

    def listen(
        self, request: Request, deadline: float, begins: Callable[[Stream], None]
    ) -> Stream: ...

    def receive(self, stream: Stream, deadline: float) -> bytes: ...

    def close(self) -> None: ...


class Sockets:
    """Over a pool of connections."""

    def __init__(self) -> None:
        self._pool = Pool()

    def send(self, request: Request, deadline: float) -> Answer:
        with aborting(self.exchange(request, deadline)) as exchange:
            return exchange.perform()

    def listen(self, request: Request, deadline: float, begins: Callable[[Stream], None]) -> Stream:
        with aborting(self.exchange(request, deadline)) as exchange:
            begins(exchange)
            exchange.begin()
            return exchange

    def receive(self, stream: Stream, deadline: float) -> bytes:
        assert isinstance(stream, Exchange)
        return stream.receive(deadline)

    def close(self) -> None:
        self._pool.close()

    def exchange(self, request: Request, deadline: float) -> Exchange:
        return Exchange(self._pool, request, deadline)


def _awaited(future: Future[Any], deadline: float, thread: int) -> object:
    if thread == threading.get_ident() and not future.done():
        return NotHere()
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except TimeoutError:
        return TooLate()


def plainly(work: Callable[[], T]) -> T:
    """What it raises of ours is raised from here: the frames behind it are nobody's business."""
    try:
        return work()
    except VendoError as error:
        failed = error
    raise without_frames(failed)


def run(steps: Steps[T], transport: Transport, sleep: Callable[[float], object] = time.sleep) -> T:
    """The answer of a call."""
    return plainly(lambda: _run(steps, transport, sleep))


def _run(steps: Steps[T], transport: Transport, sleep: Callable[[float], object]) -> T:
    def perform(step: Step) -> object:
        match step:
            case Send(request, deadline):
                return transport.send(request, deadline)
            case Listen(request, deadline, begins):
                return transport.listen(request, deadline, begins)
            case Receive(stream, deadline):
                return transport.receive(stream, deadline)
            case Sleep(seconds):
                return sleep(seconds)
            case Wait(future, deadline, thread):
                return _awaited(future, deadline, thread)

    try:
        step = next(steps)
        while True:
            try:
                outcome = perform(step)
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(outcome)
    except StopIteration as end:
        return end.value
    finally:
        # Also where a signal came in between: what others wait for is let go of.
        steps.close()
