"""Everything a tool asks of Vendo, without the waiting: what both clients are faces of."""

from weakref import WeakSet

from vendo._calls import Calls
from vendo._events import Listening, OnReconnect
from vendo._failures import vendo_only
from vendo._lists import Lists
from vendo._secret import Secret
from vendo._settings import Options, resolve
from vendo._tokens import Tokens


class Core:
    """What a client, and the clients for users made of it, share."""

    def __init__(self, options: Options) -> None:
        self.settings = resolve(options)
        self.calls = Calls(self.settings)
        self.tokens = Tokens(self.settings, self.calls)
        self.lists = Lists(self.settings, self.calls)
        self._listening: WeakSet[Listening] = WeakSet()

    @property
    def is_vendo_mode(self) -> bool:
        return self.settings.api_key is not None

    def need_vendo_mode(self, what: str) -> None:
        if not self.is_vendo_mode:
            raise vendo_only(what)

    def listen(
        self,
        user: Secret | None,
        max_backoff: float,
        on_reconnect: OnReconnect | None,
        last_event_id: str | None,
    ) -> Listening:
        self.need_vendo_mode("the event stream")
        listening = Listening(
            self.settings,
            self.calls,
            user,
            max_backoff=max_backoff,
            on_reconnect=on_reconnect,
            last_event_id=last_event_id,
        )
        self._listening.add(listening)
        return listening

    def end(self) -> None:
        """Ends the loops over its events."""
        for listening in list(self._listening):
            listening.close()
