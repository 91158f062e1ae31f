"""Server-sent events (WHATWG HTML §9.2), from bytes as they come."""

import codecs
import json

from vendo.types import EventStreamMessage

# No event is so long.
_LONGEST = 1024 * 1024


class TooLong(Exception):
    """The stream holds an event that is too long."""


class Parser:
    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._is_first = True
        self._type = ""
        self._data: list[str] = []
        self._size = 0
        self._id: str | None = None
        self.retry: float | None = None
        """Seconds to wait before a new connection, once the service said so."""

    def feed(self, chunk: bytes) -> list[EventStreamMessage]:
        """The events that end in the chunk. Raises `TooLong`."""
        self._text += self._decoder.decode(chunk)
        if self._is_first and self._text:
            self._text = self._text.removeprefix("\ufeff")
            self._is_first = False
        # A line that ends in `\r` may go on with `\n`, which belongs to it.
        held = "\r" if self._text.endswith("\r") else ""
        text = self._text.removesuffix(held) if held else self._text
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._text = rest + held
        events = [event for line in lines if (event := self._line(line)) is not None]
        if len(self._text) + self._size > _LONGEST:
            raise TooLong
        return events

    def _line(self, line: str) -> EventStreamMessage | None:
        if line == "":
            return self._end()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        self._size += len(value)
        if name == "event":
            self._type = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdecimal():
            self.retry = min(int(value[:12]), 86_400_000) / 1000
        return None

    def _end(self) -> EventStreamMessage | None:
        data, kind, identity = self._data, self._type, self._id
        self._data, self._type, self._id, self._size = [], "", None, 0
        if not data:
            return None
        return EventStreamMessage(type=kind or "message", data=_json("\n".join(data)), id=identity)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
