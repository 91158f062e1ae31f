"""Clients for one user each."""

import unittest
from collections import UserDict
from email.message import Message
from typing import Any, cast
from wsgiref.headers import Headers

from service import KEY, Asked, Reply, Service, token

from vendo import (
    AsyncVendo,
    AuthError,
    IdentityNotPresent,
    ValidationError,
    Vendo,
    VendoOnlyFeature,
)
from vendo.types import HeadersLike

JWT = "user.jwt.one"


def by_user(asked: Asked) -> Reply:
    return token(f"tok_of_{asked.headers.get('x-vendo-user-jwt', 'nobody')}")


def message() -> Message:
    made = Message()
    made["X-Vendo-User-JWT"] = JWT
    return made


class Headed(unittest.TestCase):
    def test_the_token_is_found_in_whatever_a_framework_hands_over(self) -> None:
        given: dict[str, HeadersLike] = {
            "dict": {"X-Vendo-User-JWT": JWT},
            "another case": {"x-VENDO-user-jwt": f" {JWT}\n"},
            "WSGI and Django's META": {
                "HTTP_X_VENDO_USER_JWT": JWT,
                "wsgi.input": object(),
                "HTTP_HOST": "a",
            },
            "a list of values": {"X-Vendo-User-JWT": [JWT]},
            "pairs": [("Host", "a"), ("X-Vendo-User-JWT", JWT)],
            "an ASGI scope": [(b"host", b"a"), (b"x-vendo-user-jwt", JWT.encode())],
            "wsgiref": Headers([("X-Vendo-User-JWT", JWT)]),
            "a message": message(),
        }
        with Service(by_user) as service, Vendo(KEY, service.url) as vendo:
            for how, headers in given.items():
                with self.subTest(how):
                    self.assertEqual(vendo.for_request(headers).token("notion"), f"tok_of_{JWT}")

    def test_what_a_client_sends_under_the_name_of_wsgi_itself_is_not_taken(self) -> None:
        class Headers(UserDict[str, str]):
            """As frameworks have them that are no WSGI."""

        for headers in (Headers({"HTTP_X_VENDO_USER_JWT": JWT}), [("HTTP_X_VENDO_USER_JWT", JWT)]):
            with self.assertRaises(IdentityNotPresent):
                Vendo(KEY).for_request(headers)

    def test_what_are_no_headers_is_said(self) -> None:
        for wrong in (None, 5, "X-Vendo-User-JWT: a", [("a", "b", "c")]):
            with self.subTest(wrong), self.assertRaises(ValidationError) as raised:
                Vendo(KEY).for_request(cast("Any", wrong))
            self.assertIn("request.headers", raised.exception.message)

    def test_a_token_may_be_bytes(self) -> None:
        with Service(by_user) as service, Vendo(KEY, service.url) as vendo:
            user = vendo.for_user(cast("Any", JWT.encode()))
            self.assertEqual(user.token("notion"), f"tok_of_{JWT}")

    def test_without_one_there_is_no_client_that_would_act_as_the_deployment(self) -> None:
        absent: list[HeadersLike] = [
            {},
            {"X-Vendo-User-JWT": ""},
            {"X-Vendo-User-JWT": " \n"},
            {"X-Vendo-User-JWT": None},
            {"X-Vendo-User-JWT": []},
            # What strips the header from requests of the outside knows no such spelling.
            {"X_Vendo_User_JWT": JWT},
            {"http_x_vendo_user_jwt": JWT},
            {"Authorization": JWT},
        ]
        for vendo in (Vendo(KEY), AsyncVendo(KEY)):
            for headers in absent:
                with self.subTest(headers=headers), self.assertRaises(IdentityNotPresent):
                    vendo.for_request(headers)
            for jwt in ("", "  "):
                with self.assertRaises(IdentityNotPresent):
                    vendo.for_user(jwt)

    def test_what_can_be_no_token_is_refused_and_two_are_none(self) -> None:
        bad: list[HeadersLike] = [
            {"X-Vendo-User-JWT": f"{JWT}, {JWT}"},
            {"X-Vendo-User-JWT": f"{JWT},{JWT}"},
            {"X-Vendo-User-JWT": [JWT, "another.user.jwt"]},
            {"X-Vendo-User-JWT": JWT, "x-vendo-user-jwt": JWT},
            {"X-Vendo-User-JWT": JWT, "HTTP_X_VENDO_USER_JWT": "another.user.jwt"},
            [("x-vendo-user-jwt", JWT), ("x-vendo-user-jwt", JWT)],
            {"X-Vendo-User-JWT": f"{JWT}\r\nX-Other: 1"},
            {"X-Vendo-User-JWT": "üser.jwt"},
        ]
        for headers in bad:
            with self.subTest(headers=headers), self.assertRaises(AuthError) as raised:
                Vendo(KEY).for_request(headers)
            self.assertEqual(raised.exception.code, "identity_invalid")

    def test_it_needs_a_key(self) -> None:
        for make in (
            lambda: Vendo().for_user(JWT),
            lambda: Vendo().for_request({"X-Vendo-User-JWT": JWT}),
        ):
            with self.assertRaises(VendoOnlyFeature):
                make()


class Apart(unittest.TestCase):
    def test_what_is_kept_for_one_is_given_to_no_other(self) -> None:
        with Service(by_user) as service, Vendo(KEY, service.url) as vendo:
            users = [vendo.for_user(f"user.jwt.{n}") for n in range(3)]
            for _ in range(2):
                self.assertEqual(vendo.token("notion"), "tok_of_nobody")
                for n, user in enumerate(users):
                    self.assertEqual(user.token("notion"), f"tok_of_user.jwt.{n}")
            self.assertEqual(len(service.ledger), 4)
            # The same user, by another client.
            self.assertEqual(vendo.for_user("user.jwt.1").token("notion"), "tok_of_user.jwt.1")
            self.assertEqual(len(service.ledger), 4)
            users[1].invalidate("notion")
            for client in (vendo, *users):
                client.token("notion")
            self.assertEqual(
                [asked.headers.get("x-vendo-user-jwt") for asked in service.ledger[4:]],
                ["user.jwt.1"],
            )

    def test_a_client_of_a_client_is_the_last_user_s(self) -> None:
        with Service(by_user) as service, Vendo(KEY, service.url) as vendo:
            self.assertEqual(vendo.for_user("one").for_user("two").token("notion"), "tok_of_two")


if __name__ == "__main__":
    unittest.main()
