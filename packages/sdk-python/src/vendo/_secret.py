"""A text that shows itself to nobody who only looks."""

from typing import NoReturn


class Secret:
    """Holds a key or a token. What prints it, formats it or lists a frame's variables sees no more than that."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text, for the line that sends, hashes or hands it over, and for no other."""
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def present(text: object) -> Secret | None:
    """
    None for what is missing or blank. Without the line break that a pasted or piped value ends in. Bytes are taken for what
    they spell, and anything else for what it is printed as: it is refused where it is used, and not in the frames of who passed it.
    """
    if text is None:
        return None
    trimmed = text.decode("latin-1") if isinstance(text, bytes) else str(text)
    trimmed = trimmed.strip().strip("\ufeff")
    return Secret(trimmed) if trimmed else None
