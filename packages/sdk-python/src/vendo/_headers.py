"""Headers as any framework hands them over."""

from collections.abc import Iterable
from typing import Any, cast

from vendo._failures import invalid
from vendo.types import HeadersLike


def header_of(headers: HeadersLike, name: str) -> str | None:
    """
    The value of a header, whatever its case; `name` is in lower case.

    WSGI and Django write `HTTP_X_VENDO_USER_JWT`. Underscores are taken for hyphens nowhere else: what strips a header
    from requests of the outside does not know that spelling. Several values are joined as in HTTP (RFC 9110 §5.3), so
    that of two contradicting ones none is quietly taken.
    """
    in_wsgi = f"HTTP_{name.upper().replace('-', '_')}"
    # What a client sends under that name itself comes in the headers of a framework, which are no dict.
    is_environ = isinstance(headers, dict)
    values = [
        text
        for key, value in _pairs(headers)
        if _text(key).lower() == name or (is_environ and key == in_wsgi)
        for text in _texts(value)
    ]
    return ", ".join(values) if values else None


def _pairs(headers: HeadersLike) -> Iterable[tuple[Any, Any]]:
    items = getattr(headers, "items", None)
    pairs: Any = items() if callable(items) else headers
    try:
        return [(key, value) for key, value in pairs]
    except (TypeError, ValueError):
        pass
    raise invalid("headers", "headers are those of a request, such as request.headers")


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _texts(value: object) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [_text(one) for one in cast("Iterable[object]", value)]
    return [_text(value)] if isinstance(value, (str, bytes)) else []
