"""
Tokens that were vended a moment ago, by user and integration. Whoever asks while one is being fetched waits for that one.

Age is taken from the clock that can not be set: a wall clock put back by an hour does not make a token an hour younger.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from vendo import _forks
from vendo._flights import Flights
from vendo._secret import Secret
from vendo._steps import Steps
from vendo._token import Token, has_expired, reusable_for


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose token of what. Without a user it is the deployment's own."""

    user: Secret | None
    slug: str


@dataclass(frozen=True, slots=True)
class _Kept:
    token: Token
    until: float


# Enough for many users at once; beyond it the longest unused is asked for again.
_CAPACITY = 10_000


class TokenMemory:
    def __init__(self, fetch: Callable[[Owner], Steps[Token]], patience: float) -> None:
        self._fetch = fetch
        self._flights: Flights[Token] = Flights(patience)
        self._kept: OrderedDict[Owner, _Kept] = OrderedDict()
        self._drops = 0
        self._lock = threading.RLock()
        _forks.watch(self)

    def begin_anew(self) -> None:
        self._lock = threading.RLock()

    def find(self, owner: Owner) -> Token | None:
        """The token kept, if it may still be used."""
        with self._lock:
            kept = self._kept.get(owner)
            if kept is None:
                return None
            if kept.until <= time.monotonic() or has_expired(kept.token):
                del self._kept[owner]
                return None
            self._kept.move_to_end(owner)
            return kept.token

    def get(self, owner: Owner) -> Steps[Token]:
        """The token kept, or else the one that is fetched now. Who waited for it takes it, however short it lives."""
        found = self.find(owner)
        if found is not None:
            return found
        return (
            yield from self._flights.share(
                owner, lambda: self._fetch(owner), lambda token: self.keep(owner, token)
            )
        )

    def mark(self) -> int:
        """For `keep` to know whether something was dropped since."""
        return self._drops

    def keep(self, owner: Owner, token: Token, since: int | None = None) -> None:
        """Unless something was dropped since a mark: that may have been the one before this."""
        reusable = reusable_for(token)
        with self._lock:
            if since is not None and since != self._drops:
                return
            self._kept.pop(owner, None)
            if reusable > 0:
                self._kept[owner] = _Kept(token, time.monotonic() + reusable)
            while len(self._kept) > _CAPACITY:
                self._kept.popitem(last=False)

    def drop(self, owner: Owner) -> None:
        # In this order: what is under way would be kept by the time it is forgotten.
        self._flights.forget(owner)
        with self._lock:
            self._drops += 1
            self._kept.pop(owner, None)
