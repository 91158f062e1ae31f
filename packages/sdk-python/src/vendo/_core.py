"""Everything a tool asks of Vendo, without the waiting: what both clients are faces of."""

from vendo._calls import Calls
from vendo._failures import vendo_only
from vendo._lists import Lists
from vendo._settings import Options, resolve
from vendo._tokens import Tokens


class Core:
    """What a client, and the clients for users made of it, share."""

    def __init__(self, options: Options) -> None:
        self.settings = resolve(options)
        self.calls = Calls(self.settings)
        self.tokens = Tokens(self.settings, self.calls)
        self.lists = Lists(self.settings, self.calls)

    @property
    def is_vendo_mode(self) -> bool:
        return self.settings.api_key is not None

    def need_vendo_mode(self, what: str) -> None:
        if not self.is_vendo_mode:
            raise vendo_only(what)
