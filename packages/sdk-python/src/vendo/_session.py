"""A `requests.Session` for one provider."""

from contextlib import suppress
from typing import Any, cast

from vendo._apis import Bound
from vendo._error import VendoError
from vendo._secret import Secret
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
        position = _position(request.body)

        def again(answer: requests.Response, **kwargs: Any) -> requests.Response:
            refused = answer.status_code == 401 and _carries(answer.request, token.token)
            return self._again(answer, token, position, kwargs) if refused else answer

        request.register_hook("response", again)
        return request

    def _again(
        self, answer: requests.Response, refused: Token, position: int | None, kwargs: dict[str, Any]
    ) -> requests.Response:
        """Two attempts at most: a provider that refuses a fresh token has another reason."""
        core, user = self._bound.core, self._bound.user
        steps = core.tokens.replace(self._slug, refused, user)
        body = answer.request.body
        if position is None and body is not None and not isinstance(body, (str, bytes)):
            # It was read to its end, and can be read no more.
            with suppress(VendoError):
                self._bound.run(steps)
            return answer
        token = self._bound.run(steps)
        if position is not None:
            cast("Any", body).seek(position)
        # Read to its end, so that its connection can be used again.
        _ = answer.content
        answer.close()
        # In place: a redirect that follows is made from this very request.
        _authorize(answer.request, token)
        repeated: requests.Response = answer.connection.send(answer.request, **kwargs)  # pyright: ignore
        repeated.history.append(answer)
        return repeated


def _authorize(request: requests.PreparedRequest, token: Token) -> None:
    request.headers["Authorization"] = f"Bearer {token.token.reveal()}"


def _carries(request: requests.PreparedRequest, token: Secret) -> bool:
    return request.headers.get("Authorization") == f"Bearer {token.reveal()}"


def _position(body: Any) -> int | None:
    """Where a body that can be read again began."""
    try:
        return int(body.tell()) if hasattr(body, "seek") else None
    except OSError:
        return None
