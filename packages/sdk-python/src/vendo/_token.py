"""A token, where it came from, and how long it may be used again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from vendo._secret import Secret


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


def has_expired(token: Token) -> bool:
    """By the clock of the wall: the other one stands still while a machine sleeps."""
    return token.expires_at is not None and token.expires_at <= datetime.now(UTC)


def reusable_for(token: Token) -> float:
    """Seconds that a token taken now may be used again: a minute at most, and never in the last minute of its life."""
    if token.expires_at is None:
        return _LONGEST
    left = (token.expires_at - datetime.now(UTC)).total_seconds()
    return min(_LONGEST, max(0.0, left - _SAFETY_MARGIN))
