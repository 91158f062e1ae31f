"""
Keeps an env file in step with what is connected, for programs that read their environment and know nothing of Vendo.

Which variables changed is told by their names, never by their values.
"""

import atexit
import glob
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NoReturn, cast
from urllib.parse import urlsplit

from vendo import _env_file, _forks
from vendo._apis import Subscription
from vendo._blocking import plainly
from vendo._error import VendoError
from vendo._failures import invalid, vendo_only
from vendo._http import Exchange, Pool
from vendo._secret import Secret
from vendo._shorthands import shared
from vendo._steps import Request, TransportFailed
from vendo._vendo import Vendo
from vendo.types import Connection

__all__ = [
    "EnvDiff",
    "Mapped",
    "OnChange",
    "Reconciler",
    "ReloadFailed",
    "bootstrap",
    "catalog_default",
    "start",
]

# How long the handlers of `atexit` may take when a change ends the process, in seconds.
_LONGEST_EXIT = 10.0

# How long a reload hook may take, in seconds.
_LONGEST_RELOAD = 15.0

# How long `stop` waits for a thread that is amid a request, in seconds.
_LONGEST_STOP = 2.0


@dataclass(frozen=True, slots=True)
class EnvDiff:
    """Which variables changed: their names, never their values."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def _names(diff: EnvDiff) -> list[str]:
    return sorted({*diff.added, *diff.changed, *diff.removed})


class ReloadFailed(Exception):
    """The reload hook was not reached, or refused. Its address, which may hold a secret, is not repeated."""


OnChange = Literal["restart", "reload-hook"] | Callable[[EnvDiff], object]
"""
What to do after a change. `restart` ends the process with 0, for its supervisor to start it again; `reload-hook` posts
`{"changed": [names]}` to `reload_url`; a function is told the names.
"""

Mapped = Callable[[], Mapping[str, str]]
"""What should be in the file."""


def catalog_default(
    client: Vendo | None = None,
) -> tuple[Mapped, Callable[[], Callable[[EnvDiff], None]]]:
    """
    What the catalog says of a client's connections: which variables there are, and which of them need a new start. The
    client is that of the environment, unless one is given.

    The first answers the variables of every connection, each value taken from where its `env_bootstrap` says it stands.
    The second makes an `on_change` that ends the process, as `restart` does, when a variable changed whose connection
    says `restart: "gateway"`, and does nothing otherwise. Without a service no connection says any of that, and the
    first raises `VendoOnlyFeature`.
    """
    catalog = _Catalog(client or shared())

    def restart_factory() -> Callable[[EnvDiff], None]:
        return catalog.restart

    return catalog.mapping, restart_factory


def bootstrap(
    *,
    env_file: str | os.PathLike[str],
    mapping: Mapped | None = None,
    on_change: OnChange | None = None,
    reload_url: str | None = None,
) -> None:
    """
    Writes the env file once, before a program starts, and tells `on_change` if that changed it. The arguments are those
    of `start`.
    """
    tell = _teller(on_change, reload_url)
    _Keeper(env_file, mapping or catalog_default()[0], tell).look(lambda: False)


def start(
    *,
    env_file: str | os.PathLike[str],
    mapping: Mapped | None = None,
    on_change: OnChange | None = "restart",
    reload_url: str | None = None,
    poll_interval_sec: float = 30.0,
    on_error: Callable[[Exception], object] | None = None,
    client: Vendo | None = None,
) -> "Reconciler":
    """
    Writes the env file, and again whenever an event of a connection or the interval shows that something changed.

    The file is replaced as a whole, readable by its owner alone, and only when something changed; where it is a
    symbolic link, what it points at is. `mapping` answers what should be in it: that of `catalog_default`, unless it is said.
    `client` is the one whose events say when to look: that of the environment, unless it is given. In OSS mode and in a
    sandbox there are no events, and the interval alone counts.

    `on_change` is called after a change, and again after the next look for as long as it raises. With `restart` the
    handlers of `atexit` run, in the thread of the reconciler and for ten seconds at most, the standard streams are
    flushed, and the process ends with 0 whatever its other threads are about: their `finally` blocks do not run. That
    holds for the first look too, for the process was started with what was in the file before.

    Raises what the first look raises, and `ValidationError` for arguments that can not be. What goes wrong later is
    told `on_error`, and the next look is not given up for it; unless it is said, a line goes to standard error.
    """
    tell = _teller(on_change, reload_url)
    if not poll_interval_sec > 0:
        raise invalid("poll_interval_sec", "poll_interval_sec must be a number of seconds above 0")
    client = client or shared()
    keeper = _Keeper(env_file, mapping or catalog_default(client)[0], tell)
    reconciler = Reconciler(keeper, poll_interval_sec, on_error or _print)
    try:
        reconciler.reconcile()
        if client.is_vendo_mode():
            events = client.events.subscribe()
            reconciler._follow(events)  # pyright: ignore[reportPrivateUsage] -- it is of this module
    except BaseException:
        reconciler.stop()
        raise
    return reconciler


class Reconciler:
    """A reconciler at work, made by `start`. `stop` ends it; so do the end of its `with`, and that of the process."""

    def __init__(
        self, keeper: "_Keeper", interval: float, on_error: Callable[[Exception], object]
    ) -> None:
        self._keeper = keeper
        self._interval = min(interval, threading.TIMEOUT_MAX)
        self._on_error = on_error
        self._changed = threading.Condition()
        self._stopped = False
        # Somebody who waits for the next look, and somebody who does not.
        self._awaited: Future[None] | None = None
        self._hinted = False
        self._subscription: Subscription | None = None
        self._listener: threading.Thread | None = None
        self._looker = threading.Thread(target=self._work, name="vendo-reconciler", daemon=True)
        self._looker.start()
        atexit.register(self.stop)
        _forks.watch(self)

    def reconcile(self) -> None:
        """
        Looks now, and returns once the file is as it should be. Raises what goes wrong. Who asks during a look gets the
        next one. Within `mapping` and `on_change` it asks for a look, and waits for none.
        """
        if threading.current_thread() is self._looker:
            return self._hint()
        with self._changed:
            if self._stopped:
                return None
            self._awaited = awaited = self._awaited or Future()
            self._changed.notify_all()
        return awaited.result()

    def stop(self) -> None:
        """
        No look begins after this, and of one that is under way nothing is written and nobody is told. Waits for both
        threads, two seconds at most for one that is amid a request, which ends with it.
        """
        atexit.unregister(self.stop)
        with self._changed:
            self._stopped = True
            awaited, self._awaited = self._awaited, None
            self._changed.notify_all()
        if awaited is not None:
            awaited.set_result(None)
        self._keeper.give_up()
        if self._subscription is not None:
            self._subscription.close()
        until = time.monotonic() + _LONGEST_STOP
        for thread in (self._listener, self._looker):
            if thread is not None and thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))

    def __enter__(self) -> "Reconciler":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def begin_anew(self) -> None:
        """In a forked process, which has none of the threads: the file is kept by the parent alone."""
        self._changed = threading.Condition()
        self._stopped = True
        self._awaited = None
        atexit.unregister(self.stop)

    def _hint(self) -> None:
        with self._changed:
            self._hinted = True
            self._changed.notify_all()

    def _work(self) -> None:
        while (asked := self._next()) is not None:
            self._look(*asked)

    def _next(self) -> "tuple[Future[None] | None, bool] | None":
        """Who waits for the next look, and whether somebody else asked for it, once there is a reason for one."""
        with self._changed:
            self._changed.wait_for(self._has_reason, self._interval)
            if self._stopped:
                return None
            awaited, self._awaited = self._awaited, None
            is_hinted, self._hinted = self._hinted, False
            return awaited, is_hinted or awaited is None

    def _has_reason(self) -> bool:
        return self._stopped or self._hinted or self._awaited is not None

    def _look(self, awaited: "Future[None] | None", is_hinted: bool) -> None:
        failed = self._failed()
        if awaited is not None:
            _settle(awaited, failed)
        if failed is not None and is_hinted:
            self._complain(failed)

    def _failed(self) -> BaseException | None:
        try:
            self._keeper.look(lambda: self._stopped)
        except BaseException as error:
            return error
        return None

    def _follow(self, subscription: Subscription) -> None:
        def follow() -> None:
            try:
                for event in subscription:
                    if event.type.startswith("connection."):
                        self._hint()
            except Exception as error:
                self._complain(error)

        self._subscription = subscription
        self._listener = threading.Thread(
            target=follow, name="vendo-reconciler-events", daemon=True
        )
        self._listener.start()

    def _complain(self, failed: BaseException) -> None:
        if self._stopped:
            return
        if not isinstance(failed, Exception):
            failed = RuntimeError(
                f"{type(failed).__name__} was raised where it ends a thread alone"
            )
        try:
            self._on_error(failed)
        except BaseException as error:
            _print(error)


def _settle(awaited: "Future[None]", failed: BaseException | None) -> None:
    if failed is None:
        awaited.set_result(None)
    else:
        awaited.set_exception(failed)


class _Keeper:
    """Looks what should be in a file, writes it and tells of it. One look at a time."""

    def __init__(
        self, env_file: str | os.PathLike[str], mapping: Mapped, tell: "Callable[[EnvDiff], object]"
    ) -> None:
        self._path = os.path.abspath(env_file)
        self._mapping = mapping
        self._tell = tell
        # What was in the file before a change that nobody was told of yet, for telling may fail.
        self._untold: _Variables | None = None

    def look(self, is_stopped: Callable[[], bool]) -> None:
        wanted = Secret(plainly(lambda: _env_file.render(self._mapping())))
        if is_stopped():
            return
        current = _read(self._path)
        if current != wanted:
            _replace(self._path, wanted)
            self._untold = self._untold or _Variables.of(current)
        if self._untold is None or is_stopped():
            return
        self._tell(self._untold.diff(_Variables.of(wanted)))
        self._untold = None

    def give_up(self) -> None:
        """Nobody waits for a reload hook any more."""
        if isinstance(self._tell, _Hook):
            self._tell.give_up()


@dataclass(frozen=True, slots=True)
class _Variables:
    values: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, text: Secret | None) -> "_Variables":
        return cls({} if text is None else _env_file.parse(text.reveal()))

    def diff(self, later: "_Variables") -> EnvDiff:
        before, after = self.values, later.values
        return EnvDiff(
            added=tuple(name for name in after if name not in before),
            changed=tuple(name for name in after if name in before and before[name] != after[name]),
            removed=tuple(name for name in before if name not in after),
        )


def _read(path: str) -> Secret | None:
    try:
        with open(path, "rb") as file:
            return Secret(_env_file.decoded(file.read()))
    except FileNotFoundError:
        return None


def _clear(folder: str, name: str) -> None:
    """What a process left behind that was ended while it wrote. Nobody writes for a minute."""
    for beside in Path(folder).glob(f"{glob.escape(name)}.*.new"):
        with suppress(OSError):
            if beside.stat().st_mtime < time.time() - 60:
                beside.unlink()


def _replace(path: str, text: Secret) -> None:
    """Written beside, synced and renamed: a crash leaves the old file or the new one."""
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    _clear(folder, name)
    # Of a name that nobody else has, in this process or in another, and for its owner alone.
    descriptor, beside = tempfile.mkstemp(prefix=f"{name}.", suffix=".new", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(_env_file.encoded(text.reveal()))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o600)
        os.replace(beside, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


def _teller(on_change: OnChange | None, reload_url: str | None) -> Callable[[EnvDiff], object]:
    if on_change is None:
        return lambda _: None
    if callable(on_change):
        return on_change
    if on_change == "restart":
        return lambda _: _end_process()
    if on_change == "reload-hook":  # pyright: ignore[reportUnnecessaryComparison] -- not all check types
        return _Hook(_hook_url(reload_url))
    raise invalid("on_change", "on_change is 'restart', 'reload-hook', a function or None")


def _hook_url(url: str | None) -> Secret:
    if url is None:
        raise invalid("reload_url", "on_change is 'reload-hook', and reload_url is not set")
    if not _is_address(url):
        raise invalid("reload_url", "reload_url must be an http or https URL without a user")
    return Secret(url)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_whole and "@" not in parts.netloc


class _Hook:
    """Posts the names. No redirect is followed."""

    def __init__(self, url: Secret) -> None:
        self._url = url
        self._given_up = False
        self._exchange: Exchange | None = None

    def __call__(self, diff: EnvDiff) -> None:
        body = json.dumps({"changed": _names(diff)}).encode()
        request = Request("POST", self._url.reveal(), {"content-type": "application/json"}, body)
        pool = Pool()
        self._exchange = Exchange(pool, request, time.monotonic() + _LONGEST_RELOAD)
        if self._given_up:
            return
        try:
            status = self._exchange.perform().status
        except TransportFailed as failed:
            reason = failed.reason
        else:
            reason = None if 200 <= status <= 299 else f"it answered {status}"
        finally:
            pool.close()
        if reason is not None:
            raise ReloadFailed(f"the reload hook failed: {reason}")

    def give_up(self) -> None:
        self._given_up = True
        if self._exchange is not None:
            self._exchange.abort()


def _end_process() -> NoReturn:
    """From whichever thread: `sys.exit` ends the main thread when it is raised there, and no other."""
    watchdog = threading.Timer(_LONGEST_EXIT, os._exit, [0])
    watchdog.daemon = True
    watchdog.start()
    try:
        atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage] -- nothing else runs them here
        for stream in (sys.stdout, sys.stderr):
            # None, or closed, where nobody reads it.
            with suppress(Exception):
                stream.flush()
    finally:
        os._exit(0)


class _Catalog:
    def __init__(self, client: Vendo) -> None:
        self._client = client
        self._needs_restart: dict[str, bool] = {}

    def mapping(self) -> Mapping[str, str]:
        if not self._client.is_vendo_mode():
            # Or a key that was forgotten would empty the file.
            raise vendo_only("the mapping of the catalog")
        variables: dict[str, str] = {}
        needs_restart: dict[str, bool] = {}
        for connection in self._client.connections.list():
            bootstrap = connection.env_bootstrap
            for one in () if bootstrap is None else bootstrap.vars:
                is_gateway = bootstrap is not None and bootstrap.restart == "gateway"
                needs_restart[one.name] = is_gateway or needs_restart.get(one.name, False)
                value = _at(connection, one.value_from)
                if connection.status == "connected" and value is not None:
                    variables[one.name] = value
        # What is known of a variable is kept: one that is gone may need a new start as well.
        self._needs_restart |= needs_restart
        return variables

    def restart(self, diff: EnvDiff) -> None:
        if any(self._needs_restart.get(name, False) for name in _names(diff)):
            _end_process()


_FIELDS = frozenset(one.name for one in fields(Connection))


def _at(connection: Connection, path: str) -> str | None:
    """What stands at a path of the wire, whose names are those of a `Connection`, but for where its secrets are."""
    first, *rest = path.removeprefix("metadata.credential.").split(".")
    if path.startswith("metadata.credential."):
        first, rest = "credential", [first, *rest]
    value: Any = getattr(connection, first) if first in _FIELDS else None
    for step in rest:
        value = cast("Mapping[str, Any]", value).get(step) if isinstance(value, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value)


def _print(error: BaseException) -> None:
    """One line. Of what is not ours the text is left out: it may hold anything."""
    if isinstance(error, VendoError):
        said = f"{error.message} ({error.code})"
    elif isinstance(error, ReloadFailed):
        said = str(error)
    elif isinstance(error, OSError) and error.errno is not None:
        said = f"{os.strerror(error.errno)}: {error.filename or 'no file'}"
    else:
        said = f"{type(error).__name__}, whose text may hold a secret: on_error is told the whole"
    # Nowhere is left to say that nobody reads it.
    with suppress(Exception):
        print("vendo.reconciler:", " ".join(said.split()), file=sys.stderr, flush=True)
