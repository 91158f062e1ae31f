"""A token, where it came from, and how long it may be used again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from vendo._error import VendoError
from vendo._secret import Secret
from vendo.types import Credential


@dataclass(frozen=True, slots=True)
class Token:
    token: Secret
    expires_at: datetime | None
    """None when it does not expire, or nobody knows when."""
    token_type: str
    origin: Literal["service", "environment"]


def from_environment(token: Secret) -> Token:
    return Token(token=token, expires_at=None, token_type="Bearer", origin="environment")


_LONGEST = 60.0
_SAFETY_MARGIN = 60.0


def texts_of(answers: Mapping[str, Token | VendoError]) -> dict[str, str | None]:
    """Where tokens leave their wrapper for good: the caller asked for them."""
    return {
        slug: answer.token.reveal() if isinstance(answer, Token) else None
        for slug, answer in answers.items()
    }


def credential_of(token: Token) -> Credential:
    return Credential(
        access_token=token.token.reveal(), expires_at=token.expires_at, token_type=token.token_type
    )


def has_expired(token: Token) -> bool:
    """By the clock of the wall: the other one stands still while a machine sleeps."""
    return token.expires_at is not None and token.expires_at <= datetime.now(UTC)


def reusable_for(token: Token) -> float:
    """Seconds that a token taken now may be used again: a minute at most, and never in the last minute of its life."""
    if token.expires_at is None:
        return _LONGEST
    left = (token.expires_at - datetime.now(UTC)).total_seconds()
    return min(_LONGEST, max(0.0, left - _SAFETY_MARGIN))
