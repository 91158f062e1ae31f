"""
One call of the service: who asks and for whom in the headers, one retry of what may pass, an end after the time-out, and
the answer checked before it is believed.
"""

import json
import math
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from vendo import _shape
from vendo._error import VendoError
from vendo._failures import Details, failure, is_passing, silent, unanswered
from vendo._secret import Secret
from vendo._settings import Settings
from vendo._shape import Reader, Unreadable
from vendo._steps import (
    Answer,
    Listen,
    Receive,
    Request,
    Send,
    Sleep,
    Steps,
    Stream,
    TransportFailed,
)
from vendo._version import VERSION

T = TypeVar("T")

USER_JWT_HEADER = "x-vendo-user-jwt"


@dataclass(frozen=True, slots=True)
class Call:
    url: str
    method: str = "GET"
    body: Mapping[str, object] | None = field(default=None, repr=False)
    """Sent as JSON."""
    slug: str | None = None
    """Named in the error."""


@dataclass(frozen=True, slots=True)
class _Read(Generic[T]):
    value: T = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Refused:
    error: VendoError
    wait: float = 0.0
    """The least to wait before asking again, in seconds."""


class Calls:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        key = settings.api_key
        # RFC 6750 §2.1.
        self._authorization = None if key is None else Secret(f"Bearer {key.reveal()}")

    def ask(self, call: Call, read: Reader[T], user: Secret | None) -> Steps[T]:
        """The answer, as `read` takes it. Everything else is raised as a `VendoError`."""
        retry = self._settings.retry
        deadline = time.monotonic() + self._settings.timeout
        attempt = 0
        while True:
            outcome = yield from self._attempt(call, read, user, deadline)
            if isinstance(outcome, _Read):
                return outcome.value
            # The jitter comes on top of what was asked for, so that nobody is early.
            wait = outcome.wait + random.random() * retry.base * 2 ** min(attempt, 30)
            out_of_time = time.monotonic() + wait >= deadline
            if attempt >= retry.times or not is_passing(outcome.error) or out_of_time:
                raise outcome.error
            attempt += 1
            yield Sleep(wait)

    def open(
        self,
        call: Call,
        headers: Mapping[str, str],
        user: Secret | None,
        begins: Callable[[Stream], None],
    ) -> Steps[None]:
        """The answer, to be read as it comes. Not retried: who reads a stream has its own patience."""
        deadline = time.monotonic() + self._settings.timeout
        listen = Listen(self._request(call, user, headers), deadline, begins)
        refused = yield from self._opened(call, listen)
        if refused is not None:
            raise refused.error

    def _opened(self, call: Call, listen: Listen) -> Steps[_Refused | None]:
        try:
            stream: Stream = yield listen
            if stream.status == 200:
                kind = stream.headers.get("content-type", "")
                if kind.partition(";")[0].strip().lower() == "text/event-stream":
                    return None
                stream.abort()
                return _Refused(
                    unanswered("what was answered is no event stream; check VENDO_BASE_URL")
                )
            body = bytearray()
            while len(body) < 65_536:
                chunk: bytes = yield Receive(stream, listen.deadline)
                if chunk == b"":
                    break
                body += chunk
            stream.abort()
            text = Secret(body.decode("utf-8", "replace"))
            return _refusal(call, Answer(stream.status, stream.headers, text))
        except TransportFailed as failed:
            reason = failed
        return self._not_reached(call, reason)

    def _attempt(
        self, call: Call, read: Reader[T], user: Secret | None, deadline: float
    ) -> Steps[_Read[T] | _Refused]:
        try:
            answer: Answer = yield Send(self._request(call, user, {}), deadline)
            return _read(call, answer, read)
        except TransportFailed as failed:
            reason = failed
        return self._not_reached(call, reason)

    def _request(self, call: Call, user: Secret | None, more: Mapping[str, str]) -> Request:
        headers: dict[str, str | Secret] = {
            "accept": "application/json",
            "user-agent": f"vendo-sdk-python/{VERSION}",
            "vendo-api-version": self._settings.api_version,
        }
        if self._authorization is not None:
            headers["authorization"] = self._authorization
        if user is not None:
            headers[USER_JWT_HEADER] = user
        if call.body is None:
            return Request(call.method, call.url, headers | dict(more))
        headers["content-type"] = "application/json"
        return Request(call.method, call.url, headers | dict(more), json.dumps(call.body).encode())

    def _not_reached(self, call: Call, failed: TransportFailed) -> _Refused:
        if failed.timed_out:
            return _Refused(silent(self._settings.timeout, slug=call.slug))
        return _Refused(
            unanswered(
                f"the Vendo service can not be reached ({failed.reason}); check VENDO_BASE_URL",
                slug=call.slug,
            )
        )


def _read(call: Call, answer: Answer, read: Reader[T]) -> _Read[T] | _Refused:
    if not 200 <= answer.status <= 299:
        return _refusal(call, answer)
    try:
        return _Read(read(_shape.parse(answer.text.reveal())))
    except Unreadable:
        return _Refused(
            unanswered(
                "what the Vendo service answered can not be understood; check VENDO_BASE_URL",
                slug=call.slug,
                status=answer.status,
                request_id=answer.headers.get("x-request-id"),
            )
        )


def _record(value: object) -> Mapping[str, object]:
    try:
        return _shape.record(value)
    except Unreadable:
        return {}


def _parsed(text: Secret) -> object:
    try:
        return _shape.parse(text.reveal())
    except Unreadable:
        return None


def _refusal(call: Call, answer: Answer) -> _Refused:
    """Reads the header first, and then, for what stands between us and the service, a code in the body."""
    body = _record(_parsed(answer.text))
    inner = _record(body.get("error"))

    def said(name: str) -> str | None:
        return next(
            (one for one in (body.get(name), inner.get(name)) if isinstance(one, str)), None
        )

    wait = _retry_after(answer.headers.get("retry-after", ""))
    known: Details = {
        "status": answer.status,
        "slug": call.slug,
        "request_id": answer.headers.get("x-request-id"),
        "retry_after": None if wait is None else math.ceil(wait),
    }
    code = answer.headers.get("vendo-error-code") or said("code")
    if code is None and answer.status == 429:
        error = failure("rate_limited", "too many requests; wait before the next", **known)
    elif code is None:
        error = unanswered(
            f"HTTP {answer.status} came without a Vendo error code; check VENDO_BASE_URL", **known
        )
    else:
        known["field"] = said("field")
        known["connect_url"] = said("connect_url")
        known["top_up_url"] = said("top_up_url")
        detail = said("detail") or said("message") or code.replace("_", " ")
        error = failure(code, detail, **known)
    return _Refused(error, wait or 0.0)


def _retry_after(text: str) -> float | None:
    """RFC 9110 §10.2.3: seconds, or a date."""
    text = text.strip()
    if re.fullmatch(r"[0-9]+", text) is not None:
        return float(min(int(text[:4000]), 1_000_000_000))
    if re.match(r"[A-Z][a-z]", text) is None:
        return None
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return max(0.0, (date - datetime.now(UTC)).total_seconds())
