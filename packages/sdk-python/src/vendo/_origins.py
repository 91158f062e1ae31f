"""Where requests go: the service, or the proxy that the environment names for it."""

from base64 import b64encode
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from vendo._secret import Secret


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int


PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> Origin:
    parts = urlsplit(url)
    return Origin(parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme])


@dataclass(frozen=True, slots=True)
class Proxy:
    host: str
    port: int
    _authorization: Secret | None

    @property
    def url(self) -> str:
        return f"http://{in_url(self.host)}:{self.port}"

    def opened_headers(self) -> dict[str, str]:
        """For the line that sends them, and for no other."""
        if self._authorization is None:
            return {}
        return {"Proxy-Authorization": self._authorization.reveal()}


def proxy_of(origin: Origin) -> Proxy | None:
    """As `urllib` and `requests` find it: from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the system's settings."""
    said = getproxies().get(origin.scheme)
    if said is None or proxy_bypass(origin.host):
        return None
    url = urlsplit(said if "://" in said else f"http://{said}")
    if url.hostname is None:
        return None
    user = f"{unquote(url.username or '')}:{unquote(url.password or '')}"
    authorization = Secret("Basic " + b64encode(user.encode()).decode()) if url.username else None
    return Proxy(url.hostname, url.port or 80, authorization)


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
