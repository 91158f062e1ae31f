"""The answers of the service, each with its reader. Fields that nobody asked about are left alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from vendo._error import VendoError
from vendo._failures import failure, unanswered
from vendo._secret import Secret
from vendo._shape import (
    Reader,
    Unreadable,
    array,
    boolean,
    filled,
    instant,
    maybe,
    number,
    optional,
    record,
    record_of,
    text,
)
from vendo._token import Token
from vendo.types import (
    Balance,
    Connection,
    EnvBootstrap,
    EnvBootstrapVar,
    Integration,
    ProviderUsage,
    SpendCaps,
    Usage,
)


def token(value: object) -> Token:
    wire = record(value)
    if "expires_at" not in wire:
        raise Unreadable
    return Token(
        token=Secret(filled(wire.get("access_token"))),
        expires_at=maybe(instant)(wire["expires_at"]),
        token_type=optional(wire, "token_type", text, "Bearer"),
        origin="service",
    )


@dataclass(frozen=True, slots=True)
class _BulkError:
    code: str
    detail: str
    connect_url: str | None


@dataclass(frozen=True, slots=True)
class Bulk:
    tokens: Mapping[str, Token | None]
    errors: Mapping[str, _BulkError]

    def answer(self, slug: str) -> Token | VendoError:
        """The answer about one slug."""
        found = self.tokens.get(slug)
        if found is not None:
            return found
        error = self.errors.get(slug)
        if error is None:
            return unanswered(f"the Vendo service said nothing about {slug}", slug=slug)
        return failure(error.code, error.detail, slug=slug, connect_url=error.connect_url)


def _bulk_error(value: object) -> _BulkError:
    wire = record(value)
    return _BulkError(
        code=text(wire.get("code")),
        detail=text(wire.get("detail")),
        connect_url=optional(wire, "connect_url", text, None),
    )


def bulk(value: object) -> Bulk:
    wire = record(value)
    return Bulk(
        tokens=record_of(maybe(token))(wire.get("tokens")),
        errors=record_of(_bulk_error)(wire.get("errors")),
    )


def _bootstrap(value: object) -> EnvBootstrap:
    wire = record(value)

    def variable(value: object) -> EnvBootstrapVar:
        one = record(value)
        return EnvBootstrapVar(name=text(one.get("name")), value_from=text(one.get("value_from")))

    return EnvBootstrap(
        vars=tuple(array(variable)(wire.get("vars"))), restart=text(wire.get("restart"))
    )


def _secrets(value: object) -> Mapping[str, str] | None:
    try:
        return record_of(text)(value)
    except Unreadable:
        return None


def _moment(value: object) -> datetime | None:
    try:
        return instant(value)
    except Unreadable:
        return None


def _given(wire: Mapping[str, object], name: str) -> object:
    if name not in wire:
        raise Unreadable
    return wire[name]


def _connection(value: object) -> Connection:
    wire = record(value)
    # The secrets are taken out of the metadata, which is there to be looked at.
    metadata = cast("dict[str, Any]", dict(record(wire.get("metadata"))))
    credential = _secrets(metadata.pop("credential", None))
    given = maybe(text)
    return Connection(
        id=given(_given(wire, "id")),
        external_id=given(wire.get("external_id")),
        slug=text(wire.get("slug")),
        display_name=text(wire.get("display_name")),
        category=text(wire.get("category")),
        profile=text(wire.get("profile")),
        status=text(wire.get("status")),
        metadata=metadata,
        context=maybe(record)(wire.get("context")),
        credential=credential,
        api_key=given(wire.get("api_key")),
        base_url=given(wire.get("base_url")),
        setup_url=given(wire.get("setup_url")),
        error_message=given(wire.get("error_message")),
        connected_at=_moment(given(wire.get("connected_at"))),
        env_bootstrap=maybe(_bootstrap)(wire.get("env_bootstrap")),
        exclusive=optional(wire, "exclusive", boolean, False),
        logo_url=given(wire.get("logo_url")),
        brand_color=given(wire.get("brand_color")),
        docs_url=given(wire.get("docs_url")),
    )


def connections(value: object) -> list[Connection]:
    return array(_connection)(record(value).get("connections"))


def integration(value: object) -> Integration:
    wire = record(value)
    given = maybe(text)
    return Integration(
        slug=text(wire.get("provider")),
        name=text(wire.get("name")),
        description=text(wire.get("description")),
        category=text(wire.get("category")),
        logo_url=given(wire.get("logo_url")),
        brand_color=given(wire.get("brand_color")),
        docs_url=given(wire.get("docs_url")),
        supported_profiles=tuple(array(text)(wire.get("supported_profiles"))),
        default_profile=text(wire.get("default_profile")),
        enabled=optional(wire, "enabled", boolean, True),
        featured=optional(wire, "featured", boolean, False),
    )


def integrations(value: object) -> list[Integration]:
    return array(integration)(record(value).get("integrations"))


def _micros(value: object) -> int:
    return int(number(value))


def _cap(wire: Mapping[str, object], name: str) -> int | None:
    return maybe(_micros)(_given(wire, name))


def balance(value: object) -> Balance:
    wire = record(value)
    return Balance(
        credits_remaining_micros=_micros(wire.get("credits_remaining_micros")),
        currency=text(wire.get("currency")),
        top_up_url=maybe(text)(_given(wire, "top_up_url")),
    )


def spend_caps(value: object) -> SpendCaps:
    wire = record(value)
    return SpendCaps(
        daily_micros=_cap(wire, "daily_micros"),
        monthly_micros=_cap(wire, "monthly_micros"),
        used_today_micros=_micros(wire.get("used_today_micros")),
        used_month_micros=_micros(wire.get("used_month_micros")),
    )


def _provider_usage(value: object) -> ProviderUsage:
    wire = record(value)
    return ProviderUsage(
        provider=text(wire.get("provider")),
        micros=_micros(wire.get("micros")),
        events=_micros(wire.get("events")),
    )


def usage(period: Any) -> Reader[Usage]:
    def read(value: object) -> Usage:
        wire = record(value)
        since = instant(wire.get("since"))
        return Usage(
            period=period,
            since=since.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            total_micros=_micros(wire.get("total_micros")),
            providers=array(_provider_usage)(wire.get("providers")),
        )

    return read


def session_url(value: object) -> str:
    url = text(record(value).get("url"))
    if not is_url(url):
        raise Unreadable
    return url


def is_url(url: str) -> bool:
    """Whether it is absolute: it names its scheme, and a host where that has one."""
    if not isinstance(url, str) or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S*", url) is None:  # pyright: ignore[reportUnnecessaryIsInstance] -- not all check types
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme not in ("http", "https") or bool(parts.hostname)
