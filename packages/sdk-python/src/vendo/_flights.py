"""Whoever asks while the same question is on its way gets that answer, from whichever thread or task."""

import copy
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from vendo import _forks
from vendo._error import VendoError
from vendo._failures import silent
from vendo._steps import NotHere, Steps, TooLate, Wait

T = TypeVar("T")


class _Abandoned:
    """Who asked for all gave up, and somebody else is to ask."""


class Flights(Generic[T]):
    """Questions under way, by what they are about. Nobody waits longer than `patience`, which is in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.begin_anew()
        _forks.watch(self)

    def begin_anew(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[T | VendoError | _Abandoned]] = {}

    def forget(self, key: Hashable) -> None:
        """Who asks from here on asks anew, and the answer under way is not kept."""
        with self._lock:
            self._under_way.pop(key, None)

    def share(
        self, key: Hashable, ask: Callable[[], Steps[T]], keep: Callable[[T], None] = lambda _: None
    ) -> Steps[T]:
        """The answer of `ask`, once for all. It is kept before anybody hears of it, unless it was forgotten meanwhile."""
        deadline = time.monotonic() + self._patience
        while True:
            with self._lock:
                flight = self._under_way.get(key)
                leads = flight is None
                if flight is None:
                    flight = self._under_way[key] = Future()
                    # Whoever stops waiting for it cancels nothing.
                    flight.set_running_or_notify_cancel()
            if leads:
                return (yield from self._lead(key, flight, ask, keep))
            outcome: T | VendoError | _Abandoned | NotHere | TooLate
            outcome = yield Wait(flight, deadline)
            if isinstance(outcome, NotHere):
                return (yield from ask())
            if isinstance(outcome, TooLate):
                raise silent(self._patience)
            if isinstance(outcome, VendoError):
                raise copy.copy(outcome)
            if not isinstance(outcome, _Abandoned):
                return outcome

    def _lead(
        self,
        key: Hashable,
        flight: "Future[T | VendoError | _Abandoned]",
        ask: Callable[[], Steps[T]],
        keep: Callable[[T], None],
    ) -> Steps[T]:
        outcome: T | VendoError | _Abandoned = _Abandoned()
        try:
            outcome = yield from ask()
            return outcome
        except VendoError as error:
            outcome = copy.copy(error)
            raise
        finally:
            with self._lock:
                is_current = self._under_way.get(key) is flight
                if is_current:
                    del self._under_way[key]
                    if not isinstance(outcome, (VendoError, _Abandoned)):
                        keep(outcome)
            flight.set_result(outcome)
