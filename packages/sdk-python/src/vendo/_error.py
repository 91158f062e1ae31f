"""The base of what the SDK raises; its subclasses are made from the error table, in `vendo.errors`."""

from typing import Any, TypeVar


class VendoError(Exception):
    """
    Base of everything the SDK raises of its own.

    `code` is the value of `Vendo-Error-Code`, or a code of the SDK; one that this release has no class for keeps its
    code here. The message never holds a key or a token. A traceback ends with what to do about it.
    """

    code: str
    """The machine-readable code, such as `binding_missing`."""
    message: str
    """One sentence the caller can act on."""
    status: int | None
    """Status of the HTTP answer; None when there was none."""
    slug: str | None
    """The integration that was asked for."""
    connect_url: str | None
    """Where a person connects the account, or authorises it again."""
    top_up_url: str | None
    """Where a person adds credit."""
    retry_after: int | None
    """Seconds to wait before asking again."""
    suggested_fix: str | None
    """What the caller can do about it."""
    request_id: str | None
    """Names the request in the operator's log."""
    field: str | None
    """What of the input is at fault."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        slug: str | None = None,
        connect_url: str | None = None,
        top_up_url: str | None = None,
        retry_after: int | None = None,
        suggested_fix: str | None = None,
        request_id: str | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.slug = slug
        self.connect_url = connect_url
        self.top_up_url = top_up_url
        self.retry_after = retry_after
        self.suggested_fix = suggested_fix
        self.request_id = request_id
        self.field = field
        for label, note in (
            ("code", code),
            ("what to do", suggested_fix),
            ("connect at", connect_url),
            ("top up at", top_up_url),
            ("request", request_id),
        ):
            if note is not None:
                self.add_note(f"  {label}: {note}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Several arguments by name: what `Exception` keeps for pickling and copying is the message alone.
        details = {name: getattr(self, name) for name in _DETAILS}
        return _again, (type(self), self.code, self.message, details)


# Where it is looked for, and what a traceback says.
VendoError.__module__ = "vendo.errors"

_DETAILS = (
    "status",
    "slug",
    "connect_url",
    "top_up_url",
    "retry_after",
    "suggested_fix",
    "request_id",
    "field",
)


def _again(of: type[VendoError], code: str, message: str, details: dict[str, Any]) -> VendoError:
    return of(code, message, **details)


E = TypeVar("E", bound=BaseException)


def without_frames(error: E) -> E:
    """As it is raised from where secrets are: the frames that it came from have them in their variables."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)
