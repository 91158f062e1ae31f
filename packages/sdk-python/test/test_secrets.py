"""No key, user token or vended token is in anything that can be printed by accident."""

import asyncio
import copy
import http.client
import io
import json
import os
import pickle
import threading
import traceback
import unittest
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import mock

from service import KEY, Asked, Reply, Service, refusal, token

import vendo
from vendo import AsyncVendo, NeedsReauth, Vendo, VendoError, _aiohttp, _shorthands
from vendo._secret import Secret
from vendo.types import Connection, Credential

TOKEN = "tok_unsaid_token"
JWT = "unsaid.user.jwt"
PASSWORD = "unsaid_password"
SECRETS = (KEY, TOKEN, JWT, PASSWORD)

SOURCES = str(Path(vendo.__file__).parent)


def texts_of(error: BaseException) -> Iterator[str]:
    """Everything that an error says, with the variables of every frame of ours, as crash reporters show them."""
    yield from (str(error), repr(error), str(vars(error)))
    yield "".join(traceback.format_exception(error))
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in shown.stack:
        if frame.filename.startswith(SOURCES):
            yield str(frame.locals)
    for behind in (error.__cause__, error.__context__):
        if behind is not None:
            yield from texts_of(behind)


def reached_from(thing: object, depth: int = 8) -> Iterator[str]:
    """What is printed of whatever hangs on an object."""
    seen: set[int] = set()

    def walk(one: Any, depth: int) -> Iterator[str]:
        if (
            id(one) in seen
            or depth == 0
            or isinstance(one, (str, bytes, int, float, type(None), Secret))
        ):
            return
        seen.add(id(one))
        yield repr(one)
        parts = list(vars(one).values()) if hasattr(one, "__dict__") else []
        parts += [
            getattr(one, name) for name in getattr(type(one), "__slots__", ()) if hasattr(one, name)
        ]
        if isinstance(one, dict):
            parts += list(one.values()) + list(one.keys())
        elif isinstance(one, (list, tuple, set)):
            parts += list(one)
        for part in parts:
            if isinstance(part, str):
                yield part
            yield from walk(part, depth - 1)

    return walk(thing, depth)


def error_of(work: Callable[[], object]) -> VendoError:
    """With its traceback, which `assertRaises` takes off."""
    try:
        work()
    except VendoError as error:
        return error
    raise AssertionError("it did not fail")


class Leaks(unittest.TestCase):
    def says_nothing(self, texts: Iterator[str]) -> None:
        said = list(texts)
        self.assertGreater(len(said), 0)
        for text in said:
            for secret in SECRETS:
                self.assertNotIn(secret, text)

    def failing(self, answer: Callable[[Asked], Reply], work: Callable[[Vendo], object]) -> None:
        with Service(answer) as service, Vendo(KEY, service.url, timeout=2) as client:
            error = error_of(lambda: work(client))
        self.says_nothing(texts_of(error))

    def test_an_error_of_any_kind_says_none(self) -> None:
        cut = f'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{{"access_token":"{TOKEN}"'.encode()
        answers: dict[str, Callable[[Asked], Reply]] = {
            "refused": lambda _: refusal(401, "app_unknown"),
            "needs reauth": lambda _: refusal(401, "connection_needs_reauth"),
            "of no shape": lambda _: Reply(json={"access_token": TOKEN, "expires_at": 5}),
            "no JSON": lambda _: Reply(text=f'{{"access_token": "{TOKEN}"'),
            "nested beyond reading": lambda _: Reply(
                text='{"access_token":"' + TOKEN + '","x":' + "[" * 100_000
            ),
            "cut off": lambda _: Reply(raw=lambda sock: sock.sendall(cut)),
            "garbage": lambda _: Reply(raw=lambda sock: sock.sendall(TOKEN.encode() + b"\r\n\r\n")),
            "another service": lambda _: Reply(418, text=f"{KEY} {TOKEN}"),
        }
        works: dict[str, Callable[[Vendo], object]] = {
            "token": lambda client: client.token("notion"),
            "tokens": lambda client: client.tokens(["notion", "slack"]),
            "credential": lambda client: client.for_user(JWT).get_credential("notion"),
            "connections": lambda client: client.for_request(
                {"X-Vendo-User-JWT": JWT}
            ).connections.list(),
            "billing": lambda client: client.billing.balance(),
            "connect url": lambda client: client.connect_url(
                "notion", return_to="https://a.example"
            ),
            "events": lambda client: next(
                client.events.subscribe(max_backoff_sec=0, on_reconnect=_raise)
            ),
        }
        for what, answer in answers.items():
            for how, work in works.items():
                with self.subTest(answer=what, work=how):
                    self.failing(answer, work)

    def test_who_is_cancelled_has_none_in_the_frames_of_others_either(self) -> None:
        never, asked = threading.Event(), threading.Event()

        def answer(_: Asked) -> Reply:
            asked.set()
            never.wait(20)
            return Reply()

        async def cancel(url: str, use_aiohttp: bool) -> BaseException:
            asked.clear()
            async with AsyncVendo(KEY, url, use_aiohttp=use_aiohttp) as client:
                asking = asyncio.ensure_future(client.for_user(JWT).token("notion"))
                await asyncio.to_thread(asked.wait, 20)
                asking.cancel()
                try:
                    await asking
                except asyncio.CancelledError as error:
                    return error
            raise AssertionError

        for use_aiohttp in (False, True) if _aiohttp.is_installed() else (False,):
            with Service(answer) as service:
                error: BaseException | None = asyncio.run(cancel(service.url, use_aiohttp))
                while error is not None:
                    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
                    theirs = [frame for frame in shown.stack if frame.filename != __file__]
                    self.says_nothing(iter([str([frame.locals for frame in theirs])]))
                    error = error.__cause__ or error.__context__
        never.set()

    def test_a_call_on_an_event_loop_says_none_either(self) -> None:
        def answer(_: Asked) -> Reply:
            return Reply(json={"access_token": TOKEN, "expires_at": 5})

        async def ask(url: str, use_aiohttp: bool) -> None:
            async with AsyncVendo(KEY, url, use_aiohttp=use_aiohttp) as client:
                await client.for_user(JWT).token("notion")

        for use_aiohttp in (False, True) if _aiohttp.is_installed() else (False,):
            with Service(answer) as service:
                error = error_of(partial(asyncio.run, ask(service.url, use_aiohttp)))
            self.says_nothing(texts_of(error))

    @unittest.skipUnless(find_spec("requests"), "requests is not installed")
    def test_an_error_of_a_session_says_none(self) -> None:
        lost = refusal(401, "connection_needs_reauth")
        vended = iter((token(TOKEN), lost, lost, lost))

        def answer(asked: Asked) -> Reply:
            return Reply(401) if asked.path == "/provider" else next(vended)

        with Service(answer) as service, Vendo(KEY, service.url) as client:
            with client.for_user(JWT).session("notion") as session:
                # First in the answer to a refusal of the provider, then before anything is sent.
                for _ in range(2):
                    error = error_of(partial(session.get, f"{service.url}/provider"))
                    self.says_nothing(texts_of(error))

    def test_an_error_of_what_can_not_be_a_setting_says_none(self) -> None:
        works: list[Callable[[], object]] = [
            lambda: Vendo(KEY + "\n with a line break"),
            lambda: Vendo(KEY, f"https://anna:{PASSWORD}@vendo.example"),
            lambda: Vendo(KEY, "vendo.example"),
            lambda: AsyncVendo(KEY, "vendo.example"),
            lambda: Vendo(KEY, timeout=0),
            lambda: Vendo(KEY).for_user(JWT + "\n" + JWT),
            lambda: Vendo(KEY).for_request({"x-vendo-user-jwt": [JWT, JWT]}),
            lambda: AsyncVendo(KEY).for_user(JWT + " " + JWT),
            lambda: Vendo(KEY).webhooks.verify({}, "{}", secret=PASSWORD),
        ]
        for number, work in enumerate(works):
            with self.subTest(number=number):
                self.says_nothing(texts_of(error_of(work)))

    def test_who_has_http_client_print_all_it_sends_sees_none(self) -> None:
        printed = io.StringIO()
        with Service(lambda _: token(TOKEN)) as service, redirect_stdout(printed):
            with (
                mock.patch.object(http.client.HTTPConnection, "debuglevel", 1),
                Vendo(KEY, service.url) as client,
            ):
                client.token("notion")
        self.assertEqual(printed.getvalue(), "")

    def test_nothing_that_hangs_on_a_client_says_any(self) -> None:
        with Service(lambda _: token(TOKEN)) as service, Vendo(KEY, service.url) as client:
            client.token("notion")
            user = client.for_user(JWT)
            user.token("notion")
            self.says_nothing(reached_from([client, user, client.events.subscribe()]))
            self.assertEqual(repr(user), f"<Vendo: {service.url}, for one user>")

    def test_what_is_kept_for_the_module_says_none(self) -> None:
        with Service(lambda _: token(TOKEN)) as service:
            with mock.patch.dict(os.environ, {"VENDO_API_KEY": KEY, "VENDO_BASE_URL": service.url}):
                self.assertEqual(vendo.token("notion"), TOKEN)
                shared = _shorthands._shared
                self.says_nothing(reached_from([shared, vendo.connections, vendo.billing]))
                shared.get().close()

    def test_what_is_handed_out_shows_its_secrets_to_who_asks_for_them_alone(self) -> None:
        credential = Credential(access_token=TOKEN, expires_at=None, token_type="Bearer")
        connection = Connection(
            slug="notion",
            display_name="Notion",
            category="docs",
            profile="byok_static",
            status="connected",
            credential={"NOTION_TOKEN": TOKEN},
            api_key=KEY,
        )
        self.says_nothing(iter([repr(credential), repr(connection), f"{credential} {connection}"]))
        self.assertEqual(credential.access_token, TOKEN)
        self.assertEqual(connection.credential, {"NOTION_TOKEN": TOKEN})

    def test_a_secret_is_neither_printed_nor_pickled_nor_written_as_json(self) -> None:
        secret = Secret(TOKEN)
        self.says_nothing(
            iter([repr(secret), str(secret), f"{secret}", f"{secret!s:>50}", f"{[secret]}"])
        )
        for write in (pickle.dumps, copy.deepcopy, json.dumps):
            with self.assertRaises(TypeError):
                write(secret)
        self.assertEqual(secret, Secret(TOKEN))
        self.assertNotEqual(secret, Secret(KEY))
        self.assertNotEqual(secret, TOKEN)


class Shared(unittest.TestCase):
    def test_an_error_is_the_same_after_it_was_pickled_or_copied(self) -> None:
        error = NeedsReauth(
            "connection_needs_reauth",
            "authorise it again",
            status=401,
            slug="notion",
            connect_url="https://a.example",
        )
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            self.assertIs(type(again), NeedsReauth)
            self.assertEqual(vars(again), vars(error))
            self.assertEqual(str(again), "authorise it again")

    def test_a_traceback_ends_with_what_to_do(self) -> None:
        with (
            Service(lambda _: refusal(403, "binding_missing")) as service,
            Vendo(KEY, service.url) as client,
        ):
            with self.assertRaises(VendoError) as raised:
                client.token("notion")
        last = "".join(traceback.format_exception(raised.exception)).splitlines()[-3:]
        self.assertEqual(last[0], "vendo.errors.NotConnected: it is refused")
        self.assertEqual(last[1], "  code: binding_missing")
        self.assertRegex(last[2], "^  what to do: Bind a connection")


def _raise(_: int, error: VendoError) -> None:
    raise error


if __name__ == "__main__":
    unittest.main()
