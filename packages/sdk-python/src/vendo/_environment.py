"""The variables of this process: read anew each time, so that one that is set later counts from then on."""

import os

from vendo._secret import Secret, present


def variable(name: str) -> Secret | None:
    """None when it is not set, or blank: an empty variable is how a shell says no."""
    return present(os.environ.get(name))
