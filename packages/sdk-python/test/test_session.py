"""A `requests.Session` for a provider."""

import io
import os
import sys
import unittest
from collections.abc import Iterator
from importlib.util import find_spec
from unittest import mock

from service import KEY, Asked, Reply, Service, refusal, token

from vendo import NeedsReauth, ValidationError, Vendo

REQUESTS = find_spec("requests") is not None


class Vended:
    """A service that vends another token each time, and a provider that takes the last one alone."""

    def __init__(self) -> None:
        self.vended = 0
        self.good = "tok_1"

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/refused"):
            self.good = f"tok_{self.vended + 1}"
            return Reply(202, json={"refreshed": True})
        self.vended += 1
        return token(f"tok_{self.vended}")

    def provider(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.good}":
            return Reply(401, text="try again")
        if asked.path == "/moved":
            return Reply(307, headers={"Location": "/here"})
        return Reply(text=asked.body.decode() or "found")


@unittest.skipUnless(REQUESTS, "requests is not installed")
class Sessions(unittest.TestCase):
    def setUp(self) -> None:
        self.vended = Vended()
        self.service = self.enterContext(Service(self.vended))
        self.provider = self.enterContext(Service(self.vended.provider))
        self.vendo = self.enterContext(Vendo(KEY, self.service.url))
        self.session = self.enterContext(self.vendo.session("gmail"))

    def paths(self) -> list[str]:
        return [asked.path.removeprefix("/credentials/") for asked in self.service.ledger]

    def test_a_401_of_the_provider_has_the_token_refreshed_once(self) -> None:
        self.assertEqual(self.session.get(self.provider.url).text, "found")
        self.vended.good = "tok_2"
        answer = self.session.get(self.provider.url)
        self.assertEqual((answer.status_code, answer.text), (200, "found"))
        self.assertEqual([one.status_code for one in answer.history], [401])
        self.assertEqual(self.paths(), ["gmail", "gmail/refused", "gmail"])
        self.assertEqual(self.session.get(self.provider.url).status_code, 200)
        self.assertEqual(self.paths(), ["gmail", "gmail/refused", "gmail"])
        self.assertNotIn(KEY, str(self.provider.ledger))
        self.assertEqual(self.provider.connections, 1)

    def test_a_provider_that_refuses_a_fresh_token_is_asked_no_third_time(self) -> None:
        self.provider.answer = lambda _: Reply(401, text="never")
        answer = self.session.get(self.provider.url)
        self.assertEqual((answer.status_code, answer.text), (401, "never"))
        self.assertEqual(len(self.provider.ledger), 2)

    def test_a_body_is_sent_again_as_it_was(self) -> None:
        file = io.BytesIO(b"skipped, sent")
        file.seek(9)
        for kind, body, sent in (
            ("text", "ünïcode", "ünïcode".encode()),
            ("bytes", b"\x01\x02", b"\x01\x02"),
            ("form", {"a": "1"}, b"a=1"),
            ("file", file, b"sent"),
        ):
            with self.subTest(kind):
                self.vended.good = "none as yet"
                data = body.encode() if isinstance(body, str) else body
                self.assertEqual(self.session.post(self.provider.url, data=data).content, sent)

    def test_a_body_that_can_be_read_once_is_not_sent_again_and_the_next_request_has_another_token(
        self,
    ) -> None:
        def parts() -> Iterator[bytes]:
            yield b"once"

        self.session.get(self.provider.url)
        self.vended.good = "tok_2"
        self.provider.ledger.clear()
        answer = self.session.post(self.provider.url, data=parts())
        self.assertEqual((answer.status_code, self.provider.ledger[0].body), (401, b"once"))
        self.assertEqual(self.session.get(self.provider.url).status_code, 200)
        self.assertEqual(len(self.provider.ledger), 2)

    def test_a_redirect_on_the_same_host_goes_on_with_the_new_token(self) -> None:
        self.session.get(self.provider.url)
        self.vended.good = "tok_2"
        answer = self.session.put(f"{self.provider.url}/moved", data=b"body")
        self.assertEqual((answer.status_code, answer.text), (200, "body"))
        self.assertEqual(
            [
                (asked.path, asked.headers["authorization"][-1])
                for asked in self.provider.ledger[1:]
            ],
            [("/moved", "1"), ("/moved", "2"), ("/here", "2")],
        )

    def test_a_redirect_to_another_host_takes_no_token_along_and_a_401_of_it_none_either(
        self,
    ) -> None:
        with Service(lambda _: Reply(401)) as elsewhere:
            away = Reply(302, headers={"Location": elsewhere.url.replace("127.0.0.1", "localhost")})
            self.provider.answer = lambda _: away
            self.assertEqual(self.session.get(self.provider.url).status_code, 401)
            self.assertEqual(
                [asked.headers.get("authorization") for asked in elsewhere.ledger], [None]
            )
        self.assertEqual(self.paths(), ["gmail"])

    def test_what_the_caller_says_stays_but_for_the_token(self) -> None:
        self.session.get(self.provider.url, headers={"Authorization": "mine", "X-Mine": "1"})
        headers = self.provider.ledger[0].headers
        self.assertEqual((headers["authorization"], headers["x-mine"]), ("Bearer tok_1", "1"))

    def test_a_connection_that_is_lost_is_told_and_the_provider_s_other_answers_are_given_back(
        self,
    ) -> None:
        def lost(asked: Asked) -> Reply:
            if asked.path.endswith("/refused"):
                return Reply(202, json={})
            first = len(self.service.ledger) == 1
            return token("tok_1") if first else refusal(401, "connection_needs_reauth")

        self.service.answer = lost
        self.provider.answer = lambda _: Reply(403, text="not yours")
        self.assertEqual(self.session.get(self.provider.url).text, "not yours")
        self.provider.answer = lambda _: Reply(401)
        with self.assertRaises(NeedsReauth):
            self.session.get(self.provider.url)

    def test_a_session_of_a_user_takes_the_user_s_token(self) -> None:
        with self.vendo.for_user("user.jwt.one").session("gmail") as session:
            session.get(self.provider.url)
        self.assertEqual(self.service.ledger[0].headers["x-vendo-user-jwt"], "user.jwt.one")
        self.assertNotIn("x-vendo-user-jwt", self.provider.ledger[0].headers)


@unittest.skipUnless(REQUESTS, "requests is not installed")
class Unsendable(unittest.TestCase):
    def test_a_token_that_no_header_can_carry_is_refused_and_not_repeated(self) -> None:
        with mock.patch.dict(os.environ, {"VENDO_TOKEN_GMAIL": "first line\nsecond line"}):
            with Vendo(KEY) as client, client.session("gmail") as session:
                with self.assertRaises(ValidationError) as raised:
                    session.get("http://127.0.0.1:9")
        self.assertNotIn("line", str(raised.exception))


class Missing(unittest.TestCase):
    def test_without_requests_it_says_what_to_install(self) -> None:
        with mock.patch.dict(sys.modules, {"requests": None}):
            sys.modules.pop("vendo._session", None)
            with self.assertRaisesRegex(ImportError, r'pip install "vendo-sdk\[http\]"'):
                Vendo(KEY).session("gmail")
        sys.modules.pop("vendo._session", None)


if __name__ == "__main__":
    unittest.main()
