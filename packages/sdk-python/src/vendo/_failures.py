"""Why a call has no answer, in the words of the error table."""

from typing import TypedDict, Unpack

from vendo._error import VendoError
from vendo.errors import CLASSES, REMEDIES


class Details(TypedDict, total=False):
    status: int | None
    slug: str | None
    connect_url: str | None
    top_up_url: str | None
    retry_after: int | None
    request_id: str | None
    field: str | None


def failure(code: str, message: str, **details: Unpack[Details]) -> VendoError:
    """The error of a code. One that this release does not know is the base class with its code kept."""
    return CLASSES.get(code, VendoError)(code, message, suggested_fix=REMEDIES.get(code), **details)


def unanswered(message: str, **details: Unpack[Details]) -> VendoError:
    """The service is not there, or what is there is not the service."""
    return failure("upstream_error", message, **details)


def silent(seconds: float, **details: Unpack[Details]) -> VendoError:
    return unanswered(f"the Vendo service did not answer within {seconds:g} s", **details)


def invalid(field: str, message: str) -> VendoError:
    return failure("validation_failed", message, field=field)


def vendo_only(what: str) -> VendoError:
    """What only the service can do was asked for without a key to it."""
    return failure("vendo_only_feature", f"{what} needs Vendo mode: set VENDO_API_KEY")


_PASSING = frozenset({"upstream_error", "unavailable", "overloaded"})


def is_passing(error: VendoError) -> bool:
    """Troubles that the same question may not meet again. The whole list of what is retried."""
    return error.code in _PASSING
