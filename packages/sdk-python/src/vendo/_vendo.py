"""The client that waits in the thread that calls it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from vendo._apis import BillingAPI, Bound, ConnectionsAPI, EventsAPI, IntegrationsAPI
from vendo._blocking import Sockets, plainly
from vendo._core import Core
from vendo._forks import load
from vendo._secret import Secret, present
from vendo._settings import Options, Retry
from vendo._steps import Steps
from vendo._token import Token, credential_of, texts_of
from vendo._users import jwt_of, user_of
from vendo._webhooks import WebhooksAPI
from vendo.types import Credential, HeadersLike

if TYPE_CHECKING:
    from requests import Session


def bound_of(client: "Vendo") -> Bound:
    """For the modules beside this one."""
    return client._bound  # pyright: ignore[reportPrivateUsage] -- it is declared below


class Vendo:
    """
    A client of the service, or of the environment where there is no key (OSS mode).

    Make one for the life of the process; any number of threads may use it at once. `for_request` and `for_user` make cheap
    ones from it, for one user each.
    """

    connections: ConnectionsAPI
    """What is connected for this deployment, or for the user of `for_user`. Both modes."""
    integrations: IntegrationsAPI
    """What could be connected. Both modes."""
    billing: BillingAPI
    """What is left and what was used. Vendo mode alone."""
    events: EventsAPI
    """What happens, as it happens. Vendo mode alone."""
    webhooks: WebhooksAPI
    """Checks what is pushed to the tool. Both modes."""

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        credentials_url: str | None = None,
        api_version: str | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
    ) -> None:
        """
        Whatever is left out comes from the environment; a blank value is one that was not given.

        Without `api_key` (`VENDO_API_KEY`) this is OSS mode, in which tokens are read from the environment and nothing is
        sent. `base_url` is where the service is (`VENDO_BASE_URL`, or `https://vendo.run`), `credentials_url` where tokens
        are vended (`VENDO_CREDENTIALS_URL`, or `<base_url>/credentials`). `timeout` is in seconds, for the whole of a call
        and its retry (`VENDO_TIMEOUT_MS`, or 15).

        Raises `ValidationError` for an address or a time that is none, and `AuthError` for a key that holds what no header
        can carry.
        """
        # Taken out of this frame: a crash reporter prints its variables.
        key, api_key = present(api_key), None
        options = Options(key, base_url, credentials_url, api_version, timeout, retry)
        base_url = credentials_url = None
        self._bind(Bound(plainly(lambda: Core(options)), Sockets(), None))

    def _bind(self, bound: Bound) -> None:
        self._bound = bound
        self.connections = ConnectionsAPI(lambda: bound)
        self.integrations = IntegrationsAPI(lambda: bound)
        self.billing = BillingAPI(lambda: bound)
        self.events = EventsAPI(lambda: bound)
        self.webhooks = WebhooksAPI()

    def __repr__(self) -> str:
        # Of one whose making failed, too: who prints the variables of a frame prints it.
        if not hasattr(self, "_bound"):
            return "<Vendo>"
        core, user = self._bound.core, self._bound.user
        whose = "" if user is None else ", for one user"
        return f"<Vendo: {core.settings.base_url if core.is_vendo_mode else 'OSS mode'}{whose}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """
        Ends the loops over its events, and lets go of idle connections. The client stays usable. One that was made for a
        user shares all that, and leaves it to the client it was made by.
        """
        if self._bound.user is None:
            self._bound.core.end()
            self._bound.transport.close()

    def is_vendo_mode(self) -> bool:
        """Whether there is a key to a service."""
        return self._bound.core.is_vendo_mode

    def token(self, slug: str) -> str:
        """
        A token for an integration, such as `openai`: the variable `VENDO_TOKEN_<SLUG>`; else, in Vendo mode, what the
        service vends; else the integration's conventional variable.

        A token is handed out again for a minute at most, and never in the last minute of its life: ask each time, and keep
        none. Raises `NotConnected`, `NeedsReauth`, `AuthError`, `UpstreamError` or another `VendoError`.
        """
        return self._bound.run(self._token(slug)).token.reveal()

    def tokens(self, slugs: Iterable[str]) -> dict[str, str | None]:
        """
        Several tokens in one request, by slug; None for each that there is none for. Raises when the caller as a whole is
        refused (`AuthError`) or the service does not answer (`UpstreamError`).
        """
        answers = self._bound.run(self._bound.core.tokens.get_all(slugs, self._bound.user))
        return texts_of(answers)

    def get_credential(self, slug: str) -> Credential:
        """A token with when it expires, which is None for one from the environment. Otherwise as `token`."""
        return credential_of(self._bound.run(self._token(slug)))

    def invalidate(self, slug: str) -> None:
        """Forgets the token kept for a slug, so that the next call asks the service. Nothing to do in OSS mode."""
        self._bound.core.tokens.invalidate(slug, self._bound.user)

    def session(self, slug: str) -> "Session":
        """
        A `requests.Session` for a provider, which puts the token of a slug on every request. Needs `vendo-sdk[http]`.

        When the provider answers 401, the token is dropped, reported to the service and fetched again, and the request is
        sent once more; a body that can only be read once is not sent again. A redirect to another host takes no token
        along. Raises as `token` does, when a request is made, and what `requests` raises.
        """
        made: Session = load("vendo._session").session_of(self._bound, slug)
        return made

    def connect_url(
        self, slug: str, *, return_to: str | None = None, state: str | None = None
    ) -> str:
        """
        Where a person connects an account for a slug: the address of a page, good for one use within minutes. It holds a
        ticket and no key. The person goes to `return_to` afterwards, and `state` comes back with them unchanged. Raises
        `VendoOnlyFeature` in OSS mode.
        """
        steps = self._bound.core.lists.connect_url(slug, return_to, state, self._bound.user)
        return self._bound.run(steps)

    def for_request(self, headers: HeadersLike) -> "Vendo":
        """
        A client for the user whose token a request brought in `X-Vendo-User-JWT`: every call of it means that user's
        connections. This client stays as it is. Takes a dict, Flask's and FastAPI's `request.headers`, Django's
        `request.META` and `request.headers`, a WSGI environ.

        Raises `VendoOnlyFeature` in OSS mode, `IdentityNotPresent` when the header is missing or blank, and `AuthError`
        when it can be no token.
        """
        secret, headers = jwt_of(headers), {}
        self._bound.core.need_vendo_mode("for_request")
        return self._scoped_to(plainly(lambda: user_of(secret)))

    def for_user(self, jwt: str) -> "Vendo":
        """
        A client for the user of a token, such as one that came with a job of a queue. The token is sent as it is: one that
        expired while the job waited is refused with `AuthError`. Otherwise as `for_request`.
        """
        secret, jwt = present(jwt), ""
        self._bound.core.need_vendo_mode("for_user")
        return self._scoped_to(plainly(lambda: user_of(secret)))

    def _scoped_to(self, user: Secret) -> "Vendo":
        scoped = object.__new__(Vendo)
        scoped._bind(Bound(self._bound.core, self._bound.transport, user))
        return scoped

    def _token(self, slug: str) -> Steps[Token]:
        return self._bound.core.tokens.get(slug, self._bound.user)
