"""The format of an env file: `NAME="value"` a line, escaped as the usual readers of such files take it back. A shell that reads it runs nothing of it."""

import re
from collections.abc import Mapping

from vendo._failures import invalid

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:\\.|[^"\\])*)"')
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("`", "\\`"), ("\n", "\\n"), ("\r", "\\r"))


def render(mapping: Mapping[str, str]) -> str:
    """
    Sorted, so that the same variables are the same text. Raises `ValidationError` on a name or a value that no
    environment takes, and repeats no value.
    """
    for name, value in mapping.items():
        if _NAME.fullmatch(name) is None:
            raise invalid("mapping", f"{name!r} is no name of an environment variable")
        if not _is_text(value):
            raise invalid("mapping", f"the value of {name} is no text that an environment takes")
    return "".join(f'{name}="{_escaped(mapping[name])}"\n' for name in sorted(mapping))


def parse(text: str) -> dict[str, str]:
    """What `render` wrote. Other lines are left aside: they are not ours."""
    found = (_LINE.fullmatch(line) for line in text.split("\n"))
    return {line[1]: _unescaped(line[2]) for line in found if line is not None}


def encoded(text: str) -> bytes:
    """Bytes of a variable that are no UTF-8 are in a `str` as `os.environ` has them, and are written as they were."""
    return text.encode("utf-8", "surrogateescape")


def decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        encoded(value)
    except UnicodeEncodeError:
        return False
    return True


def _escaped(value: str) -> str:
    for character, escape in _ESCAPES:
        value = value.replace(character, escape)
    return value


def _unescaped(value: str) -> str:
    lines = {"n": "\n", "r": "\r"}
    return re.sub(r"\\(.)", lambda found: lines.get(found[1], found[1]), value)
