"""
What a forked process must not share with its parent: a socket, of which both would read, and a lock that a thread holds
which only the parent has.
"""

import os
import weakref
from typing import Protocol


class Forked(Protocol):
    def begin_anew(self) -> None:
        """Lets go of all that is shared with the parent. Called in the child, which has one thread."""
        ...


_all: "weakref.WeakSet[Forked]" = weakref.WeakSet()


def watch(one: Forked) -> None:
    """Has it begin anew in every child that is forked from here on."""
    _all.add(one)


def _in_child() -> None:
    for one in list(_all):
        one.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
