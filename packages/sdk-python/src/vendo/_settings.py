"""Where the service is and who asks, from what the caller said and, failing that, from the environment."""

import math
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from vendo._environment import variable
from vendo._failures import failure, invalid
from vendo._secret import Secret, present

DEFAULT_BASE_URL = "https://vendo.run"
DEFAULT_CREDENTIALS_URL = "https://credentials.vendo.run"
DEFAULT_API_VERSION = "2026-05-02"
DEFAULT_TIMEOUT = 15.0
_LONGEST_TIMEOUT = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and how patiently, what failed is asked again."""

    times: int = 1
    """How many attempts follow the first; 0 asks once."""
    base: float = 0.2
    """The longest wait before the first of them, in seconds; it doubles from one to the next."""


Retry.__module__ = "vendo.types"


@dataclass(frozen=True, slots=True)
class Options:
    """What may be said; a blank value is one that was not given."""

    api_key: Secret | None = None
    base_url: str | None = field(default=None, repr=False)
    credentials_url: str | None = field(default=None, repr=False)
    api_version: str | None = None
    timeout: float | None = None
    retry: Retry | None = None
    sandbox: bool | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client works with."""

    api_key: Secret | None
    base_url: str
    credentials_url: str
    api_version: str
    timeout: float
    retry: Retry
    sandbox: bool


_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+")


def _address(field: str, text: str) -> str:
    """`https://host[/path]`, without what a URL may carry besides."""
    wrong = f"{field} must be an http or https URL without user, query or fragment"
    try:
        url = urlsplit(text.strip())
        port = url.port
        host = url.hostname or ""
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        raise invalid(field, wrong) from None
    host = f"[{host}]" if ":" in host else host
    if url.scheme not in ("http", "https") or _HOST.fullmatch(host) is None:
        raise invalid(field, wrong)
    if "@" in url.netloc or url.query or url.fragment:
        raise invalid(field, wrong)
    netloc = host if port is None else f"{host}:{port}"
    path = quote(url.path, safe="/%:@!$&'()*+,;=~")
    return f"{url.scheme}://{netloc}{path}".rstrip("/")


def _key(said: Secret | None) -> Secret | None:
    """What a header can carry. Anything else was not copied whole."""
    if said is not None and re.fullmatch(r"[!-~]+", said.reveal()) is None:
        raise failure(
            "app_unknown",
            "the API key holds spaces or other characters no key has; copy VENDO_API_KEY again",
        )
    return said


def _milliseconds(text: str) -> float:
    if re.fullmatch(r"[1-9][0-9]{0,8}", text) is None:
        raise invalid(
            "VENDO_TIMEOUT_MS", "VENDO_TIMEOUT_MS must be a whole number of milliseconds above 0"
        )
    return int(text) / 1000


def _timeout(said: float | None) -> float:
    if said is not None:
        if not isinstance(said, (int, float)) or not 0 < said <= _LONGEST_TIMEOUT:  # pyright: ignore[reportUnnecessaryIsInstance] -- not all check types
            raise invalid(
                "timeout", "the time-out must be a number of seconds above 0, a million at most"
            )
        return said
    text = variable("VENDO_TIMEOUT_MS")
    return DEFAULT_TIMEOUT if text is None else _milliseconds(text.reveal())


def _version(said: Secret | None) -> Secret | None:
    if said is not None and re.fullmatch(r"[!-~]+", said.reveal()) is None:
        raise invalid("api_version", "api_version is a date such as 2026-05-02")
    return said


def _retry(said: Retry) -> Retry:
    if not isinstance(said, Retry) or said.times < 0 or not 0 <= said.base < math.inf:  # pyright: ignore[reportUnnecessaryIsInstance] -- not all check types
        raise invalid(
            "retry", "retry is a Retry: a number of times and a number of seconds, neither below 0"
        )
    return said


def _either(option: str | None, name: str) -> str | None:
    found = present(option) or variable(name)
    return None if found is None else found.reveal()


def resolve(options: Options) -> Settings:
    """
    The settings of a client.

    Raises `ValidationError` for an address or a time that is none, and `AuthError` for a key that can not be one.
    """
    api_key = _key(options.api_key or variable("VENDO_API_KEY"))
    base_url = _address("base_url", _either(options.base_url, "VENDO_BASE_URL") or DEFAULT_BASE_URL)
    # `/api` at its end is taken as said twice.
    base_url = base_url.removesuffix("/api")
    derived = DEFAULT_CREDENTIALS_URL if base_url == DEFAULT_BASE_URL else f"{base_url}/credentials"
    version = _version(present(options.api_version))
    return Settings(
        api_key=api_key,
        base_url=base_url,
        credentials_url=_address(
            "credentials_url", _either(options.credentials_url, "VENDO_CREDENTIALS_URL") or derived
        ),
        api_version=DEFAULT_API_VERSION if version is None else version.reveal(),
        timeout=_timeout(options.timeout),
        retry=_retry(options.retry or Retry()),
        sandbox=variable("VENDO_SANDBOX") == Secret("1")
        if options.sandbox is None
        else options.sandbox,
    )
