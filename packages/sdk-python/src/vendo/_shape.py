"""What an answer looks like, checked before it is believed. Each reader takes a JSON value or raises `Unreadable`."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NoReturn, TypeVar, cast

T = TypeVar("T")
Reader = Callable[[object], T]


class Unreadable(Exception):
    """The value is of another shape."""


def record(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Unreadable
    return cast("dict[str, object]", value)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable
    return value


def filled(value: object) -> str:
    if text(value) == "":
        raise Unreadable
    return text(value)


def number(value: object) -> int | float:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, float) or not math.isfinite(value):
        raise Unreadable
    return value


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unreadable
    return value


def maybe(read: Reader[T]) -> Reader[T | None]:
    """None is allowed. What is missing of a record reads as None too."""
    return lambda value: None if value is None else read(value)


D = TypeVar("D")


def optional(wire: Mapping[str, object], name: str, read: Reader[T], default: D) -> T | D:
    """What is there must be of its shape; what is missing is the default."""
    return read(wire[name]) if name in wire else default


def array(read: Reader[T]) -> Reader[list[T]]:
    def each(value: object) -> list[T]:
        if not isinstance(value, list):
            raise Unreadable
        return [read(item) for item in cast("list[object]", value)]

    return each


def record_of(read: Reader[T]) -> Reader[dict[str, T]]:
    return lambda value: {name: read(item) for name, item in record(value).items()}


_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.IGNORECASE
)


def instant(value: object) -> datetime:
    """RFC 3339."""
    found = _INSTANT.fullmatch(text(value))
    if found is None:
        raise Unreadable
    seconds, fraction, zone = found.groups()
    micros = (fraction or "").ljust(6, "0")[:6]
    try:
        return datetime.fromisoformat(f"{seconds}.{micros}{zone.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def parse(text: str) -> object:
    """The JSON value of a text (RFC 8259, without the constants that Python adds); `Unreadable` where it is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        pass
    raise Unreadable
