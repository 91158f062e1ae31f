"""Whose connections are meant: one end user's, or the deployment's own."""

import re

from vendo._calls import USER_JWT_HEADER
from vendo._failures import failure
from vendo._headers import header_of
from vendo._secret import Secret, present
from vendo.types import HeadersLike


def user_of(jwt: Secret | None) -> Secret:
    """
    The user token as it may be sent.

    Raises `IdentityNotPresent` when it is blank (a client that was to be a user's must never act as the deployment) and
    `AuthError` when it can not be a token: several values, spaces or line breaks must not come near a header.
    """
    if jwt is None:
        raise failure(
            "identity_not_present",
            "the X-Vendo-User-JWT header is missing; the request did not come from a user",
        )
    if re.fullmatch(r"[!-+\x2d-~]+", jwt.reveal()) is None:
        raise failure(
            "identity_invalid",
            "the user token is not one compact JWT; send X-Vendo-User-JWT once, as it was issued",
        )
    return jwt


def jwt_of(headers: HeadersLike) -> Secret | None:
    """The user token of an incoming request, as it came."""
    return present(header_of(headers, USER_JWT_HEADER))
