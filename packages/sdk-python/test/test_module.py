"""What `import vendo` brings, and when."""

import json
import os
import subprocess
import sys
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from unittest import mock

from service import KEY, Asked, Reply, Service, refusal, token

import vendo
from vendo import _shorthands


def clean(**variables: str) -> "mock._patch_dict":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VENDO_")}
    return mock.patch.dict(os.environ, kept | variables, clear=True)


class Importing(unittest.TestCase):
    def python(self, program: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(Path(vendo.__file__).parent.parent)}
        return subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def test_it_loads_no_more_than_is_used(self) -> None:
        heavy = [
            "http.client",
            "ssl",
            "asyncio",
            "json",
            "requests",
            "aiohttp",
            "urllib.request",
            "dataclasses",
        ]
        shown = f"import sys, json; print(json.dumps([name for name in {heavy} if name in sys.modules]))"
        # Some interpreters load one or the other by themselves, for what stands in their site-packages.
        before = json.loads(self.python(shown))
        self.assertEqual(json.loads(self.python(f"import vendo; {shown}")), before)
        errors = json.loads(self.python(f"import vendo; vendo.AuthError; {shown}"))
        self.assertEqual(errors, before)

    def test_every_name_it_promises_is_there_and_no_other(self) -> None:
        for name in vendo.__all__:
            self.assertIsNotNone(getattr(vendo, name), name)
        self.assertEqual(dir(vendo), sorted(vendo.__all__))
        for name in ("Nothing", "_nothing", "sync"):
            with self.assertRaises(AttributeError):
                getattr(vendo, name)

    def test_every_module_says_what_is_public_in_it(self) -> None:
        for module in (vendo.errors, vendo.types, vendo.testing, vendo.reconciler, vendo.aio):
            for name in module.__all__:
                self.assertIsNotNone(getattr(module, name), f"{module.__name__}.{name}")


class Shorthands(unittest.TestCase):
    def test_they_follow_the_environment(self) -> None:
        by_key = {"Bearer vendo_sk_one": "tok_of_one", "Bearer vendo_sk_two": "tok_of_two"}

        def answer(asked: Asked) -> Reply:
            return token(by_key[asked.headers["authorization"]])

        with Service(answer) as service:
            with clean(OPENAI_API_KEY="sk-local"):
                self.assertFalse(vendo.is_vendo_mode())
                self.assertEqual(vendo.token("openai"), "sk-local")
                os.environ["VENDO_BASE_URL"] = service.url
                for key, expected in (
                    ("vendo_sk_one", "tok_of_one"),
                    ("vendo_sk_two", "tok_of_two"),
                ):
                    os.environ["VENDO_API_KEY"] = key
                    self.assertTrue(vendo.is_vendo_mode())
                    for _ in range(2):
                        self.assertEqual(vendo.token("openai"), expected)
                    _shorthands.shared().close()
                del os.environ["VENDO_API_KEY"]
                self.assertEqual(
                    vendo.tokens(["openai", "slack"]), {"openai": "sk-local", "slack": None}
                )
            self.assertEqual(len(service.ledger), 2)

    def test_what_was_imported_by_name_follows_it_too(self) -> None:
        from vendo import connections

        with clean():
            self.assertEqual(connections.list(), [])
            os.environ["OPENAI_API_KEY"] = "sk-local"
            self.assertEqual([one.slug for one in connections.list()], ["openai"])

    def test_each_has_the_answer_of_the_client(self) -> None:
        def answer(asked: Asked) -> Reply:
            if asked.path == "/api/connect-sessions":
                self.assertEqual(
                    json.loads(asked.body),
                    {"slug": "notion", "return_to": "https://a.example", "state": "s"},
                )
                return Reply(201, json={"url": "https://vendo.example/connect?ticket=1"})
            if asked.path.startswith("/api/billing/usage"):
                said = {"since": "2026-01-01T00:00:00Z", "total_micros": 5, "providers": []}
                return Reply(json=said)
            return token(expires_at="2030-01-01T00:00:00.000Z")

        with Service(answer) as service, clean(VENDO_API_KEY=KEY, VENDO_BASE_URL=service.url):
            url = vendo.connect_url("notion", return_to="https://a.example", state="s")
            self.assertEqual(url, "https://vendo.example/connect?ticket=1")
            self.assertEqual(vendo.billing.usage(period="day")["period"], "day")
            credential = vendo.get_credential("notion")
            self.assertEqual(credential.access_token, "tok_one")
            self.assertEqual(str(credential.expires_at), "2030-01-01 00:00:00+00:00")
            vendo.invalidate("notion")
            vendo.token("notion")
            self.assertEqual(len(service.ledger), 4)
            _shorthands.shared().close()

    def test_a_list_of_slugs_that_is_a_text_is_no_list(self) -> None:
        with clean(), self.assertRaises(vendo.ValidationError) as raised:
            vendo.tokens("openai")
        self.assertEqual(raised.exception.field, "slugs")

    def test_a_period_that_is_none_is_refused_before_it_is_sent(self) -> None:
        with Service(lambda _: refusal(400, "validation_failed")) as service:
            with (
                vendo.Vendo(KEY, service.url) as client,
                self.assertRaises(vendo.ValidationError) as raised,
            ):
                client.billing.usage(period=cast("Any", "year&x=1"))
            self.assertEqual((raised.exception.field, service.ledger), ("period", []))

    def test_what_can_be_no_setting_is_refused_when_the_client_is_made(self) -> None:
        wrong: dict[str, list[object]] = {
            "timeout": [0, -1, float("nan"), float("inf"), 1e300, "5"],
            "retry": [3, vendo.Retry(times=-1), vendo.Retry(base=float("inf"))],
            "base_url": ["vendo.example", "ftp://vendo.example", "http://"],
            "api_version": ["a version"],
        }
        for name, values in wrong.items():
            for value in values:
                with (
                    self.subTest(name=name, value=value),
                    self.assertRaises(vendo.ValidationError) as raised,
                ):
                    vendo.Vendo(KEY, **cast("Any", {name: value}))
                self.assertEqual(raised.exception.field, name)

    def test_what_can_be_no_argument_is_refused_before_it_is_sent(self) -> None:
        calls: dict[str, Callable[[vendo.Vendo], object]] = {
            "state": lambda client: client.connect_url("notion", state=cast("Any", object())),
            "return_to": lambda client: client.connect_url("notion", return_to="http://?x"),
            "slugs": lambda client: client.tokens(cast("Any", None)),
            "slug": lambda client: client.token(cast("Any", None)),
        }
        with Service() as service, vendo.Vendo(KEY, service.url) as client:
            for field, call in calls.items():
                with self.subTest(field), self.assertRaises(vendo.ValidationError) as raised:
                    call(client)
                self.assertEqual(raised.exception.field, field)
            self.assertEqual(service.ledger, [])

    def test_bytes_are_no_body_of_a_webhook(self) -> None:
        with self.assertRaises(vendo.ValidationError) as raised:
            vendo.WebhooksAPI("secret").verify({}, cast("Any", b"{}"))
        self.assertEqual(raised.exception.field, "body")


if __name__ == "__main__":
    unittest.main()
