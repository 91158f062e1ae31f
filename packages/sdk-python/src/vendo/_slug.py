"""What a slug is, and which variable goes with it."""

import re

from vendo._error import VendoError
from vendo._failures import failure, invalid

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,63}")
_KEY = re.compile(r"vendo_(?:sk|at)_", re.IGNORECASE)


def is_slug(slug: object) -> bool:
    """What may stand in a path. A key that came to the wrong place is not one, and is not repeated."""
    return isinstance(slug, str) and _SLUG.fullmatch(slug) is not None and _KEY.search(slug) is None


def not_slug() -> VendoError:
    return invalid("slug", "a slug is letters, digits, '-' and '_', such as notion")


def override_of(slug: str) -> str:
    """`VENDO_TOKEN_MY_TOOL` for `my-tool`."""
    return f"VENDO_TOKEN_{slug.upper().replace('-', '_')}"


def not_connected(slug: str, variables: tuple[str, ...]) -> VendoError:
    return failure(
        "not_connected",
        f"{slug} is not connected: set {variables[0]}, or VENDO_API_KEY to ask the credentials service"
        if variables
        else f"{slug} is not in the catalog: set {override_of(slug)}",
        slug=slug,
    )
