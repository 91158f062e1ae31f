"""Does what conformance vectors say: commands come as JSON lines, outcomes go as JSON lines.

Started by pythonAdapter.ts. One client at a time, in the environment of its vector alone; the
calls of a step that is repeated are made at once.
"""

import asyncio
import dataclasses
import gc
import http.client
import inspect
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from unittest import mock

import vendo
from vendo import _flights

PACKAGE = Path(vendo.__file__).parent

Json = dict[str, Any]

# ---- what is called


def _through_session(client: vendo.Vendo, slug: str, request: Json) -> Json:
    with client.session(slug) as session:
        answer = session.request(
            request.get("method", "GET"),
            request["url"],
            headers=request.get("headers"),
            data=request.get("body"),
        )
        return {"status": answer.status_code, "body": answer.text}


def _connect_url(client: Any, slug: str, options: Json | None = None) -> Any:
    return client.connect_url(slug, **(options or {}))


def _usage(client: Any, *period: str) -> Any:
    return client.billing.usage(**dict(zip(["period"], period, strict=False)))


def _verify(client: Any, headers: Json, body: str, options: Json | None = None) -> Any:
    said = options or {}
    return client.webhooks.verify(
        headers,
        body,
        secret=said.get("secret"),
        max_age_sec=said.get("max_age_seconds"),
    )


CALLS: dict[str, Callable[..., Any]] = {
    "client": lambda client: None,
    "isVendoMode": lambda client: client.is_vendo_mode(),
    "primaryEnvVar": lambda client, slug: vendo.primary_env_var(slug),
    "token": lambda client, slug: client.token(slug),
    "credential": lambda client, slug: client.get_credential(slug),
    "tokens": lambda client, slugs: client.tokens(slugs),
    "invalidate": lambda client, slug: client.invalidate(slug),
    "session": _through_session,
    "connections.list": lambda client: client.connections.list(),
    "connections.get": lambda client, slug: client.connections.get(slug),
    "integrations.list": lambda client: client.integrations.list(),
    "integrations.get": lambda client, slug: client.integrations.get(slug),
    "integrations.envVars": lambda client, slug: client.integrations.env_vars(slug),
    "billing.balance": lambda client: client.billing.balance(),
    "billing.spendCaps": lambda client: client.billing.spend_caps(),
    "billing.usage": _usage,
    "connectUrl": _connect_url,
    "webhooks.verify": _verify,
}

AWAITED = {
    "token",
    "tokens",
    "credential",
    "connections.list",
    "connections.get",
    "integrations.list",
    "integrations.get",
    "billing.balance",
    "billing.spendCaps",
    "billing.usage",
    "connectUrl",
}
"""What `AsyncVendo` answers with something to await. The rest it answers at once."""


def _arguments(options: Json) -> Json:
    """What a client is made with. What is left out is left out."""
    named = {name: value for name, value in options.items() if name not in ("timeout_ms", "retry")}
    if "timeout_ms" in options:
        named["timeout"] = options["timeout_ms"] / 1000
    if "retry" in options:
        retry = options["retry"]
        named["retry"] = vendo.Retry(times=retry["times"], base=retry["base_ms"] / 1000)
    return named


def _scoped(client: Any, who: Json | None) -> Any:
    if who is None:
        return client
    return client.for_user(who["user"]) if "user" in who else client.for_request(who["headers"])


# ---- what comes of it


def _wire(value: Any) -> Any:
    """A result as it is on the wire."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(f"{value!r} does not say where")
        text = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {name: _wire(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_wire(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {part.name: _wire(getattr(value, part.name)) for part in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} is not the result of a call")


def _result(call: str, value: Any) -> Json:
    if call == "credential":
        fields = ("access_token", "expires_at", "token_type")
        return {"result": {name: _wire(getattr(value, name)) for name in fields}}
    return {"result": _wire(value)}


def _said_by(error: BaseException) -> list[str]:
    """What one error says, in any form it can be printed in."""
    attributes = (name for name in dir(error) if not name.startswith("__"))
    frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    return [
        str(error),
        repr(error),
        repr(error.args),
        repr(vars(error)),
        *(f"{name}: {getattr(error, name)!r}" for name in attributes),
        *getattr(error, "__notes__", ()),
        *traceback.format_exception(error),
        # What was passed as a slug is the caller's, whose own frame has it.
        *(
            f"{frame.name}: {[local for name, local in (frame.locals or {}).items() if name != 'slug']}"
            for frame in frames
            if Path(frame.filename).is_relative_to(PACKAGE)
        ),
    ]


def _everything(error: BaseException) -> str:
    """What an error says, and what those say that it came from."""
    said: list[str] = []
    known: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in known:
            continue
        known.add(id(one))
        said += _said_by(one)
        pending += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return "\n".join(said)


def _seen(error: vendo.VendoError) -> Json:
    return {
        "class": type(error).__name__,
        "code": error.code,
        "status": error.status,
        "slug": error.slug,
        "field": error.field,
        "connect_url": error.connect_url,
        "top_up_url": error.top_up_url,
        "retry_after": error.retry_after,
        "text": _everything(error),
    }


def _failed(error: BaseException) -> Json:
    try:
        if isinstance(error, vendo.VendoError):
            return {"error": _seen(error)}
    except Exception as unprintable:
        error = unprintable
    return {"defect": "".join(traceback.format_exception(error))}


# ---- the faces

Reply = Callable[[Json], None]


class Face(Protocol):
    def begin(self, step: Json, replies: list[Reply]) -> None:
        """Makes the call of a step as many times at once as there are replies."""
        ...

    def close(self) -> list[str]:
        """What it leaves undone."""
        ...


class Clients:
    """The client of a vector, made by its first step, and those for its users."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._scoped: dict[str, Any] = {}
        self.made: Any = None

    def of(self, step: Json) -> Any:
        if self.made is None:
            self.made = self._make()
        who = step.get("as")
        key = json.dumps(who)
        if key not in self._scoped:
            self._scoped[key] = _scoped(self.made, who)
        return self._scoped[key]


class Gathering:
    """
    Calls of threads that are made at once. The machine may run one to its end before it lets another
    begin, so no request leaves before each call has one to send, waits for another's, or is over.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._expected: set[threading.Thread] = set()
        gathering, put_request = self, http.client.HTTPConnection.putrequest

        class Noted(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                gathering.is_there()
                return super().result(timeout)

        def put_noted(self: http.client.HTTPConnection, *args: Any, **kwargs: Any) -> None:
            gathering.is_there()
            gathering.wait()
            put_request(self, *args, **kwargs)

        self._undo = ExitStack()
        self._undo.enter_context(mock.patch.object(_flights, "Future", Noted))
        self._undo.enter_context(
            mock.patch.object(http.client.HTTPConnection, "putrequest", put_noted)
        )

    def end(self) -> None:
        self._undo.close()

    def start(self, threads: list[threading.Thread]) -> None:
        with self._changed:
            self._expected = set(threads)
        for thread in threads:
            thread.start()

    def is_there(self) -> None:
        with self._changed:
            self._expected.discard(threading.current_thread())
            self._changed.notify_all()

    def wait(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._expected)


class Blocking:
    """`Vendo`: each call in a thread of its own."""

    def __init__(self, options: Json) -> None:
        self._clients = Clients(lambda: vendo.Vendo(**_arguments(options)))
        self._gathering = Gathering()

    def _call(self, client: vendo.Vendo, step: Json, reply: Reply) -> None:
        try:
            value = CALLS[step["call"]](client, *step.get("args", ()))
            reply(_result(step["call"], value))
        except BaseException as error:
            reply(_failed(error))
        finally:
            self._gathering.is_there()

    def begin(self, step: Json, replies: list[Reply]) -> None:
        try:
            client = self._clients.of(step)
        except Exception as error:
            for reply in replies:
                reply(_failed(error))
            return
        self._gathering.start(
            [
                threading.Thread(target=self._call, args=(client, step, reply), daemon=True)
                for reply in replies
            ]
        )

    def close(self) -> list[str]:
        self._gathering.end()
        if self._clients.made is not None:
            self._clients.made.close()
        return []


class Awaiting:
    """`AsyncVendo`: each call a task, on a loop of its own."""

    def __init__(self, options: Json, *, use_aiohttp: bool) -> None:
        self._clients = Clients(
            lambda: vendo.AsyncVendo(**_arguments(options), use_aiohttp=use_aiohttp)
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _call(self, step: Json) -> Json:
        try:
            value = CALLS[step["call"]](self._clients.of(step), *step.get("args", ()))
            if inspect.isawaitable(value) != (step["call"] in AWAITED):
                raise TypeError(
                    f"{step['call']} is {'' if step['call'] in AWAITED else 'not '}awaited"
                )
            return _result(step["call"], await value if inspect.isawaitable(value) else value)
        except Exception as error:
            return _failed(error)

    async def _all(self, step: Json, replies: list[Reply]) -> None:
        outcomes = await asyncio.gather(*(self._call(step) for _ in replies))
        for reply, outcome in zip(replies, outcomes, strict=True):
            reply(outcome)

    def begin(self, step: Json, replies: list[Reply]) -> None:
        self._run(self._all(step, replies))

    async def _end(self) -> list[str]:
        if self._clients.made is not None:
            await self._clients.made.aclose()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await self._loop.shutdown_default_executor()
        return [f"a task is left: {task!r}" for task in left]

    def close(self) -> list[str]:
        left = self._run(self._end()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        return left


FACES: dict[str, Callable[[Json], Face]] = {
    "Vendo": Blocking,
    "AsyncVendo": lambda options: Awaiting(options, use_aiohttp=False),
    "AsyncVendo over aiohttp": lambda options: Awaiting(options, use_aiohttp=True),
}

# ---- the lines


class Driver:
    def __init__(self) -> None:
        self._face: Face | None = None
        self._gathered: list[Reply] = []
        self._writing = threading.Lock()
        self._ignored: list[str] = []
        sys.unraisablehook = lambda what: self._ignored.append(
            f"{what.exc_value!r}: {what.object!r}"
        )

    def _reply(self, of: Json) -> Reply:
        def reply(fields: Json) -> None:
            line = json.dumps({"id": of["id"], **fields})
            with self._writing:
                print(line, flush=True)

        return reply

    def _open(self, command: Json) -> Json:
        os.environ.clear()
        os.environ.update(command["environment"])
        self._gathered.clear()
        self._face = FACES[command["face"]](command["options"])
        return {}

    def _close(self, _: Json) -> Json:
        left = self._face.close() if self._face is not None else []
        self._face = None
        os.environ.clear()
        # Whatever nobody closed says so now.
        gc.collect()
        left += self._ignored
        self._ignored.clear()
        return {"left": left}

    def _step(self, step: Json, reply: Reply) -> None:
        """Waits for all that are to be made at once."""
        self._gathered.append(reply)
        if self._face is None or len(self._gathered) < step.get("repeat", 1):
            return
        replies = self._gathered
        self._gathered = []
        self._face.begin(step, replies)

    def take(self, command: Json) -> None:
        reply = self._reply(command)
        if command["do"] == "step":
            self._step(command["step"], reply)
        else:
            try:
                reply(self._open(command) if command["do"] == "open" else self._close(command))
            except Exception as error:
                reply(_failed(error))


if __name__ == "__main__":
    driver = Driver()
    for text in sys.stdin:
        driver.take(json.loads(text))
