"""A `requests.Session` for one provider."""

import re
from contextlib import suppress
from typing import Any, cast

from vendo._apis import Bound
from vendo._error import VendoError
from vendo._failures import invalid
from vendo._token import Token

try:
    import requests
    from requests.auth import AuthBase
except ImportError as error:
    raise ImportError('session() needs requests: pip install "vendo-sdk[http]"') from error


def session_of(bound: Bound, slug: str) -> requests.Session:
    session = requests.Session()
    session.auth = _TokenAuth(bound, slug)
    return session


class _TokenAuth(AuthBase):
    """
    Put on what the caller asks for, and never on what a redirect leads to: there `requests` keeps the header for the same
    host and takes it off for any other.
    """

    def __init__(self, bound: Bound, slug: str) -> None:
        self._bound = bound
        self._slug = slug

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        core, user = self._bound.core, self._bound.user
        token = self._bound.run(core.tokens.get(self._slug, user))
        _authorize(request, token)
        body = _Body(request.body)

        def again(answer: requests.Response, **how: Any) -> requests.Response:
            is_refused = answer.status_code == 401 and _carries(answer.request, token)
            return self._again(answer, token, body, how) if is_refused else answer

        cast("Any", request).register_hook("response", again)
        return request

    def _again(
        self, answer: requests.Response, refused: Token, body: "_Body", how: dict[str, Any]
    ) -> requests.Response:
        """Two attempts at most: a provider that refuses a fresh token has another reason."""
        core, user = self._bound.core, self._bound.user
        steps = core.tokens.replace(self._slug, refused, user)
        if not body.can_be_sent_again:
            with suppress(VendoError):
                self._bound.run(steps)
            return answer
        try:
            token = self._bound.run(steps)
        except VendoError:
            answer.close()
            raise
        body.rewind()
        if _is_short(answer):
            # Read to its end, so that its connection can be used again.
            _ = answer.content
        answer.close()
        # In place: a redirect that follows is made from this very request.
        _authorize(answer.request, token)
        repeated: requests.Response = cast("Any", answer).connection.send(answer.request, **how)
        repeated.history.append(answer)
        return repeated


class _Body:
    """A body as it was before it was sent."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._began: int | None = None
        if hasattr(body, "seek"):
            with suppress(OSError):
                self._began = body.tell()
        self.can_be_sent_again = (
            body is None or isinstance(body, (str, bytes, bytearray)) or self._began is not None
        )

    def rewind(self) -> None:
        if self._began is not None:
            self._body.seek(self._began)


def _is_short(answer: requests.Response) -> bool:
    length = answer.headers.get("content-length", "")
    return length.isdecimal() and len(length) < 6


def _authorize(request: requests.PreparedRequest, token: Token) -> None:
    if re.fullmatch(r"[ -~]+", token.token.reveal()) is None:
        raise invalid("token", "the token holds a character that no header can carry")
    request.headers["Authorization"] = f"Bearer {token.token.reveal()}"


def _carries(request: requests.PreparedRequest, token: Token) -> bool:
    return request.headers.get("Authorization") == f"Bearer {token.token.reveal()}"
