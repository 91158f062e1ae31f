"""
Which token a slug stands for. In this order: the variable `VENDO_TOKEN_<SLUG>`; the credentials service, where there is a
key; the conventional variable of the catalog.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress

from vendo import _shape, _wire
from vendo._calls import Call, Calls
from vendo._catalog import find
from vendo._environment import variable
from vendo._error import VendoError
from vendo._failures import invalid, vendo_only
from vendo._flights import Flights
from vendo._memory import Owner, TokenMemory
from vendo._secret import Secret
from vendo._settings import Settings
from vendo._slug import is_slug, not_connected, not_slug, override_of
from vendo._steps import Steps
from vendo._token import Token, from_environment

# As many as the service takes at once.
_MOST_SLUGS = 50

_ABOUT_ALL = frozenset({"app_unknown", "app_revoked", "app_expired", "identity_invalid"})


def _is_about_all(error: VendoError) -> bool:
    """The caller was refused, or nothing was answered at all."""
    return error.code in _ABOUT_ALL or error.status is None


def _speaks_of_tokens(slug: str) -> bool:
    """The service refuses a query that speaks of tokens, for a token in a URL is a token in a log."""
    return "token" in slug.lower()


class Tokens:
    def __init__(self, settings: Settings, calls: Calls) -> None:
        self._settings = settings
        self._calls = calls
        self._memory = TokenMemory(self._vended, settings.timeout)
        # The refusal is reported before another is fetched.
        self._replacements: Flights[Token] = Flights(2 * settings.timeout)

    def get(self, slug: str, user: Secret | None) -> Steps[Token]:
        found = self._local(slug, user)
        if found is not None:
            return found
        return (yield from self._memory.get(Owner(user, slug)))

    def get_all(
        self, slugs: Iterable[str], user: Secret | None
    ) -> Steps[dict[str, Token | VendoError]]:
        """Each slug once, with its token or why there is none. Raises when the caller as a whole is refused."""
        if isinstance(slugs, (str, bytes)) or not isinstance(slugs, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] -- not all check types
            raise invalid("slugs", "slugs is a list of them, such as ['openai', 'slack']")
        answers: dict[str, Token | VendoError] = {}
        missing: list[str] = []
        for slug in dict.fromkeys(slugs):
            try:
                found = self._local(slug, user) or self._memory.find(Owner(user, slug))
            except VendoError as error:
                answers[slug] = error
                continue
            # Its place is taken here, so that the answers come in the order of the question.
            answers[slug] = found or not_slug()
            if found is None:
                missing.append(slug)
        together = [slug for slug in missing if not _speaks_of_tokens(slug)]
        for start in range(0, len(together), _MOST_SLUGS):
            answers |= yield from self._ask_many(together[start : start + _MOST_SLUGS], user)
        for slug in filter(_speaks_of_tokens, missing):
            answers[slug] = yield from self._ask_alone(slug, user)
        return answers

    def invalidate(self, slug: str, user: Secret | None) -> None:
        """Forgets the token of a slug, for this user."""
        self._memory.drop(Owner(user, slug))

    def replace(self, slug: str, refused: Token, user: Secret | None) -> Steps[Token]:
        """
        The token after one that the provider refused with 401: the old one is reported, dropped and fetched again, once
        for all who were refused together.
        """
        # A variable is read anew; only what was vended can be vended again.
        if refused.origin == "environment":
            return (yield from self.get(slug, user))
        owner = Owner(user, slug)
        current = self._memory.find(owner)
        if current is not None and current.token != refused.token:
            return current
        return (
            yield from self._replacements.share(
                (owner, refused.token), lambda: self._anew(owner, refused.token)
            )
        )

    def _local(self, slug: str, user: Secret | None) -> Token | None:
        """Where the service is not asked. None where it must be."""
        if not is_slug(slug):
            raise not_slug()
        if self._settings.api_key is None and user is not None:
            raise vendo_only("a token of one user")
        override = variable(override_of(slug))
        if override is not None:
            return from_environment(override)
        if self._settings.api_key is not None:
            return None
        entry = find(slug)
        names = () if entry is None else entry.token_variables
        for name in names:
            value = variable(name)
            if value is not None:
                return from_environment(value)
        raise not_connected(slug, names)

    def _vended(self, owner: Owner) -> Steps[Token]:
        call = Call(f"{self._settings.credentials_url}/{owner.slug}", slug=owner.slug)
        return self._calls.ask(call, _wire.token, owner.user)

    def _ask_many(
        self, slugs: list[str], user: Secret | None
    ) -> Steps[dict[str, Token | VendoError]]:
        """Several in one request. What was vended is kept."""
        call = Call(f"{self._settings.credentials_url}/_bulk?slugs={','.join(slugs)}")
        mark = self._memory.mark()
        bulk = yield from self._calls.ask(call, _wire.bulk, user)
        answers = {slug: bulk.answer(slug) for slug in slugs}
        for slug, answer in answers.items():
            if isinstance(answer, Token):
                self._memory.keep(Owner(user, slug), answer, mark)
        return answers

    def _ask_alone(self, slug: str, user: Secret | None) -> Steps[Token | VendoError]:
        """As one of several: what would have refused them all is no answer about this one."""
        try:
            return (yield from self.get(slug, user))
        except VendoError as error:
            if _is_about_all(error):
                raise
            return error

    def _anew(self, owner: Owner, refused: Secret) -> Steps[Token]:
        # Dropped once the service knows: who asks before that is given the same token once more.
        try:
            yield from self._report(owner, refused)
        finally:
            self._memory.drop(owner)
        return (yield from self._memory.get(owner))

    def _report(self, owner: Owner, refused: Secret) -> Steps[None]:
        """That a report fails changes nothing for who wants a token."""
        fingerprint = hashlib.sha256(refused.reveal().encode()).hexdigest()
        call = Call(
            f"{self._settings.credentials_url}/{owner.slug}/refused",
            method="POST",
            body={"fingerprint": fingerprint, "status": 401},
            slug=owner.slug,
        )
        with suppress(VendoError):
            yield from self._calls.ask(call, _shape.record, owner.user)
