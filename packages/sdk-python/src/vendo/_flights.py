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


class _Flight(Generic[T]):
    """A question under way, from the thread that asks it."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.outcome: T | VendoError | _Abandoned = _Abandoned()
        self.future: Future[T | VendoError | _Abandoned] = Future()
        # Whoever stops waiting for it cancels nothing.
        self.future.set_running_or_notify_cancel()


class Flights(Generic[T]):
    """Questions under way, by what they are about. Nobody waits longer than `patience`, which is in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.begin_anew()
        _forks.watch(self)

    def begin_anew(self) -> None:
        # Reentrant: a call that is collected as garbage, or a signal, may come while it is held.
        self._lock = threading.RLock()
        self._under_way: dict[Hashable, _Flight[T]] = {}

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
            mine: _Flight[T] = _Flight()
            # It is taken back however this ends, from the moment it may be found.
            try:
                found = self._join(key, mine)
                if found is mine:
                    mine.outcome = yield from ask()
                    return mine.outcome
            except VendoError as error:
                mine.outcome = copy.copy(error)
                raise
            finally:
                try:
                    self._land(key, mine, keep)
                except BaseException:
                    # A signal came in between.
                    self._land(key, mine, keep)
                    raise
            outcome: T | VendoError | _Abandoned | NotHere | TooLate
            outcome = yield Wait(found.future, deadline, found.thread)
            if isinstance(outcome, NotHere):
                return (yield from ask())
            if isinstance(outcome, TooLate):
                self._leave(key, found)
                raise silent(self._patience)
            if isinstance(outcome, VendoError):
                raise copy.copy(outcome)
            if not isinstance(outcome, _Abandoned):
                return outcome

    def _join(self, key: Hashable, mine: _Flight[T]) -> _Flight[T]:
        with self._lock:
            found = self._under_way.get(key)
            # One that is over, or was waited for long enough, was left there by what ended its call at a bad moment.
            if found is None or found.future.done():
                found = self._under_way[key] = mine
            return found

    def _leave(self, key: Hashable, flight: _Flight[T]) -> None:
        with self._lock:
            if self._under_way.get(key) is flight:
                del self._under_way[key]

    def _land(self, key: Hashable, flight: _Flight[T], keep: Callable[[T], None]) -> None:
        outcome = flight.outcome
        with self._lock:
            if self._under_way.get(key) is flight:
                del self._under_way[key]
                if not isinstance(outcome, (VendoError, _Abandoned)):
                    keep(outcome)
        if not flight.future.done():
            flight.future.set_result(outcome)
