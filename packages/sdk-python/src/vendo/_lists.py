"""What is connected, what could be, what was spent, and where a person connects more."""

from typing import Literal

from vendo import _wire
from vendo._calls import Call, Calls
from vendo._catalog import CATALOG, Entry, find
from vendo._environment import variable
from vendo._error import VendoError
from vendo._failures import invalid, vendo_only
from vendo._flights import Flights
from vendo._secret import Secret
from vendo._settings import Settings
from vendo._slug import is_slug, not_slug
from vendo._steps import Steps
from vendo.types import Balance, Connection, Integration, SpendCaps, Usage


class Lists:
    def __init__(self, settings: Settings, calls: Calls) -> None:
        self._settings = settings
        self._calls = calls
        self._is_local = settings.api_key is None
        self._connections: Flights[list[Connection]] = Flights(settings.timeout)

    def connections(self, user: Secret | None) -> Steps[list[Connection]]:
        """Who asks while an answer is under way gets that one."""
        if self._is_local:
            if user is not None:
                raise vendo_only("the connections of one user")
            return [found for entry in CATALOG if (found := _in_environment(entry)) is not None]
        query = "?sandbox=1" if self._settings.sandbox else ""
        call = Call(f"{self._settings.base_url}/api/deployments/me/connections{query}")
        found = yield from self._connections.share(
            user, lambda: self._calls.ask(call, _wire.connections, user)
        )
        return list(found)

    def connection(self, slug: str, user: Secret | None) -> Steps[Connection | None]:
        for found in (yield from self.connections(user)):
            if found.slug == slug:
                return found
        return None

    def integrations(self, user: Secret | None) -> Steps[list[Integration]]:
        """Of the service, or of the catalog in this release where there is no service."""
        if self._is_local:
            return [_from_catalog(entry) for entry in CATALOG]
        call = Call(f"{self._settings.base_url}/api/integrations")
        return (yield from self._calls.ask(call, _wire.integrations, user))

    def integration(self, slug: str, user: Secret | None) -> Steps[Integration | None]:
        if self._is_local or not is_slug(slug):
            entry = find(slug)
            return None if entry is None else _from_catalog(entry)
        call = Call(f"{self._settings.base_url}/api/integrations/{slug}", slug=slug)
        try:
            return (yield from self._calls.ask(call, _wire.integration, user))
        except VendoError as error:
            if error.code != "provider_unknown":
                raise
            return None

    def balance(self, user: Secret | None) -> Steps[Balance]:
        return (yield from self._calls.ask(self._billing("balance"), _wire.balance, user))

    def spend_caps(self, user: Secret | None) -> Steps[SpendCaps]:
        return (yield from self._calls.ask(self._billing("spend-caps"), _wire.spend_caps, user))

    def usage(self, period: Literal["day", "month"], user: Secret | None) -> Steps[Usage]:
        if period not in ("day", "month"):
            raise invalid("period", "period is 'day' or 'month'")
        call = self._billing(f"usage?period={period}")
        return (yield from self._calls.ask(call, _wire.usage(period), user))

    def connect_url(
        self, slug: str, return_to: str | None, state: str | None, user: Secret | None
    ) -> Steps[str]:
        """The address of a page for one use within minutes. It holds a ticket, never the key."""
        if self._is_local:
            raise vendo_only("a connect URL")
        if not is_slug(slug):
            raise not_slug()
        if return_to is not None and not _wire.is_url(return_to):
            raise invalid("return_to", "return_to must be an absolute URL")
        if state is not None and not isinstance(state, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- not all check types
            raise invalid("state", "state is a text")
        said = {"slug": slug, "return_to": return_to, "state": state}
        call = Call(
            f"{self._settings.base_url}/api/connect-sessions",
            method="POST",
            body={name: value for name, value in said.items() if value is not None},
            slug=slug,
        )
        return (yield from self._calls.ask(call, _wire.session_url, user))

    def _billing(self, what: str) -> Call:
        if self._is_local:
            raise vendo_only("billing")
        return Call(f"{self._settings.base_url}/api/billing/{what}")


def env_vars(slug: str) -> list[str]:
    """The variables of an integration, the conventional one first; none for an unknown slug."""
    entry = find(slug)
    return [] if entry is None else list(entry.variables)


def primary_env_var(slug: str) -> str | None:
    """The conventional variable of an integration, such as `OPENAI_API_KEY`; None for an unknown slug."""
    entry = find(slug)
    return entry.token_variables[0] if entry is not None and entry.token_variables else None


def _in_environment(entry: Entry) -> Connection | None:
    """Without the service, a connection is a variable that is set."""
    values = {
        name: value for name in entry.token_variables if (value := variable(name)) is not None
    }
    if not values:
        return None
    return Connection(
        slug=entry.slug,
        display_name=entry.name,
        category=entry.category,
        profile="byok_static",
        status="connected",
        credential={name: value.reveal() for name, value in values.items()},
        exclusive=entry.exclusive,
        brand_color=entry.brand_color,
        docs_url=entry.docs_url,
    )


def _from_catalog(entry: Entry) -> Integration:
    return Integration(
        slug=entry.slug,
        name=entry.name,
        description=entry.description,
        category=entry.category,
        logo_url=None,
        brand_color=entry.brand_color,
        docs_url=entry.docs_url,
        supported_profiles=entry.profiles,
        default_profile=entry.profiles[0] if entry.profiles else "byok_static",
        enabled=True,
        featured=False,
    )
