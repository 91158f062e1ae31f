"""Whether an event that was pushed to a tool comes from Vendo, unchanged and just now."""

import hashlib
import hmac
import re
import time

from vendo import _shape
from vendo._environment import variable
from vendo._failures import invalid
from vendo._headers import header_of
from vendo._secret import Secret, present
from vendo.types import HeadersLike, WebhookEvent

_DEFAULT_MAX_AGE = 300.0


class WebhooksAPI:
    """Checks what is pushed to a tool. Needs no key and works in both modes."""

    def __init__(self, secret: str | None = None, max_age_sec: float = _DEFAULT_MAX_AGE) -> None:
        self._secret = _said(secret)
        self._max_age = max_age_sec

    def verify(
        self,
        headers: HeadersLike,
        body: str,
        *,
        secret: str | None = None,
        max_age_sec: float | None = None,
    ) -> WebhookEvent:
        """
        The event in a webhook request, once its signature and its age hold.

        `Vendo-Signature` is the HMAC-SHA-256 of `<Vendo-Timestamp>.<body>` in lower-case hexadecimal digits. `body` is the
        raw text of the request, before anything parses it. The secret is `VENDO_WEBHOOK_SECRET`, unless it is said; the
        clocks may be 300 seconds apart, either way.

        Raises `ValidationError`, whose `field` names what is at fault: `vendo-signature`, `vendo-timestamp`, `secret` or
        `body`. Deliveries may repeat: remember `id`.
        """
        known = _said(secret) or self._secret or variable("VENDO_WEBHOOK_SECRET")
        secret = None
        if known is None:
            raise invalid("secret", "set VENDO_WEBHOOK_SECRET to the deployment's webhook secret")
        if not isinstance(body, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- not all check types
            raise invalid(
                "body", "body is the text of the request, and no bytes: decode it as UTF-8"
            )
        signature = header_of(headers, "vendo-signature") or ""
        if re.fullmatch(r"[0-9a-f]{64}", signature) is None:
            raise invalid("vendo-signature", "the Vendo-Signature header is missing or malformed")
        timestamp = header_of(headers, "vendo-timestamp") or ""
        sent = _instant(timestamp)
        if sent is None:
            raise invalid("vendo-timestamp", "the Vendo-Timestamp header is missing or malformed")
        max_age = self._max_age if max_age_sec is None else max_age_sec
        # Not "greater": an age that is no number is refused as well.
        if not abs(time.time() - sent) <= max_age:
            raise invalid("vendo-timestamp", "the webhook is too old, or the clocks disagree")
        if not _matches(known, signature, f"{timestamp}.{body}"):
            raise invalid(
                "vendo-signature",
                "the signature does not fit the body; pass the raw text, before it is parsed",
            )
        event = _event(body)
        if event is None:
            raise invalid("body", "the body is signed, but no webhook event")
        return event

    def __repr__(self) -> str:
        return "WebhooksAPI()"


def _said(secret: str | None) -> Secret | None:
    """As it is, unless it is blank."""
    return None if secret is None or present(secret) is None else Secret(secret)


def _matches(secret: Secret, signature: str, signed: str) -> bool:
    """Compares in constant time."""
    made = hmac.new(
        secret.reveal().encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha256
    )
    return hmac.compare_digest(made.hexdigest(), signature)


def _instant(text: str) -> float | None:
    """Seconds since 1970, or RFC 3339."""
    if re.fullmatch(r"[0-9]{1,12}", text) is not None:
        return float(text)
    try:
        return _shape.instant(text).timestamp()
    except (_shape.Unreadable, OverflowError, OSError):
        return None


def _event(body: str) -> WebhookEvent | None:
    try:
        wire = _shape.record(_shape.parse(body))
        if "data" not in wire:
            return None
        return WebhookEvent(
            id=_shape.text(wire.get("id")),
            type=_shape.text(wire.get("type")),
            occurred_at=_shape.text(wire.get("occurred_at")),
            data=wire["data"],
        )
    except _shape.Unreadable:
        return None
