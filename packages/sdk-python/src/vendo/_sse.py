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
        self._pieces: list[str] = []
        self._holds_back = False
        self._is_first = True
        self._type = ""
        self._data: list[str] = []
        self._size = 0
        self._id: str | None = None
        self.retry: float | None = None
        """Seconds to wait before a new connection, once the service said so."""

    def feed(self, chunk: bytes) -> list[EventStreamMessage]:
        """The events that end in the chunk. Raises `TooLong`."""
        text = self._decoder.decode(chunk)
        if self._is_first and text:
            text = text.removeprefix("\ufeff")
            self._is_first = False
        self._pieces.append(text)
        self._size += len(text)
        events: list[EventStreamMessage] = []
        if "\n" in text or "\r" in text or self._holds_back:
            events = self._lines("".join(self._pieces))
        if self._size > _LONGEST:
            raise TooLong
        return events

    def _lines(self, text: str) -> list[EventStreamMessage]:
        # A line that ends in `\r` may go on with `\n`, which belongs to it.
        self._holds_back = text.endswith("\r")
        held = "\r" if self._holds_back else ""
        *lines, rest = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._pieces = [rest + held]
        return [event for line in lines if (event := self._line(line)) is not None]

    def _line(self, line: str) -> EventStreamMessage | None:
        if line == "":
            return self._end()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
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
        self._data, self._type, self._id = [], "", None
        # What is left of the chunk counts anew with the next.
        self._size = 0
        if not data:
            return None
        return EventStreamMessage(type=kind or "message", data=_json("\n".join(data)), id=identity)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
