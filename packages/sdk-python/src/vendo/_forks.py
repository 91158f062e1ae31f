"""
What a forked process must not share with its parent: a socket, of which both would read, and a lock that a thread holds
which only the parent has.
"""

import os
import threading
import weakref
from importlib import import_module
from types import ModuleType
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


LOADING = threading.RLock()
"""Held while a module is loaded that is loaded when it is first used: a child would wait for its parent's to be done."""


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=LOADING.acquire, after_in_parent=LOADING.release, after_in_child=LOADING.release
    )
    os.register_at_fork(after_in_child=_in_child)


def load(name: str) -> ModuleType:
    """A module that is loaded when it is first used."""
    with LOADING:
        return import_module(name)
