"""The tokens of one account: renewed in time, by one request, and never lost."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
import logging
import math
import time
from typing import Final

from ...engine.provider import AuthenticationError, ProtocolError, ProviderError
from ..http import Answer, JsonObject, JsonValue
from ..limits import Sleep
from .oauth import OAuth
from .refusal import refusal

_LOGGER = logging.getLogger(__name__)

# Seconds before the end of an access token at which it is renewed, whatever waits for it.
RENEW_BEFORE: Final = 300
# The part of its life after which it is renewed even if nothing needs it: a refresh
# token that is used once a week at most may have ended before the next run.
RENEW_AFTER: Final = 0.75
# For an account whose tokens were saved without that moment: seconds before the end.
_EARLY: Final = 21_600.0
# In the background nothing is renewed more often than that, and the clock of a machine
# that was asleep is looked at as often.
HOUR: Final = 3600.0
_FIRST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 6 * HOUR
# How long an access token is taken to last where that is not told.
LIFETIME: Final = 86_400.0
_SECRETS: Final = ("client_id", "client_secret", "access_token", "refresh_token")


def text_in(data: JsonObject, name: str) -> str:
    """Return a text among an account's data, empty where it is missing."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def secrets_in(data: JsonObject) -> Collection[str]:
    """Return what must never appear in a text."""
    return [text_in(data, name) for name in _SECRETS]


def seconds_in(data: JsonObject, name: str) -> float | None:
    """Return a time in seconds, given as a number or as a text; None if it is none."""
    value = data.get(name)
    try:
        seconds = float(value) if isinstance(value, int | float | str) else math.nan
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def tokens_from(answer: Answer, refreshed: str = "") -> dict[str, JsonValue]:
    """Return the tokens in an answer, with the moment at which they end.

    `refreshed` is the refresh token that was swapped for them. It is kept where no
    other is told; and whatever the answer tells of times must not cost the tokens,
    which are the only ones by now.
    """
    told = answer.object()
    access = text_in(told, "access_token")
    refresh = text_in(told, "refresh_token") or refreshed
    if not access or not refresh:
        raise ProtocolError(
            f"The answer to {answer.request} lacks access_token or refresh_token"
        )
    lifetime = seconds_in(told, "expires_in") or LIFETIME
    now = time.time()
    return {
        "access_token": access,
        "refresh_token": refresh,
        # A token that ends sooner is renewed when it is refused: not each time.
        "expires_at": now + max(lifetime, 2 * RENEW_BEFORE),
        "renew_at": now + max(RENEW_AFTER * lifetime, HOUR),
    }


class Login:
    """The tokens of one account.

    A refresh token can be used once only. So there is never more than one request
    to renew, it goes on when the run that needed it is cancelled, and the new tokens
    are saved before they are used.
    """

    def __init__(
        self,
        oauth: OAuth,
        data: JsonObject,
        save: Callable[[JsonObject], Awaitable[None]],
    ) -> None:
        """Start with the tokens that were saved last."""
        self._oauth = oauth
        self._data = data
        self._save = save
        self._renewal: asyncio.Task[None] | None = None

    @property
    def client_id(self) -> str:
        """Return the id of the app."""
        return text_in(self._data, "client_id")

    def secrets(self) -> Collection[str]:
        """Return what must never appear in a text."""
        return secrets_in(self._data)

    async def token(self, refused: str | None = None) -> str:
        """Return an access token, a new one if this one was refused or ends soon."""
        token = text_in(self._data, "access_token")
        if token == refused or self._ends_soon():
            await self._renewed()
            token = text_in(self._data, "access_token")
        return token

    async def keep(self, sleep: Sleep = asyncio.sleep) -> None:
        """Renew the tokens long before they end, though nothing runs; until cancelled.

        What fails is tried again, later and later: whoever needs a token meanwhile
        hears of it, and a person who has to sign in again is told by a run.
        """
        pause = _FIRST_PAUSE
        while True:
            wait = self._renew_at() - time.time()
            if wait > 0:
                pause = _FIRST_PAUSE
                await sleep(min(wait, HOUR))
                continue
            try:
                await self._renewed()
            except ProviderError as err:
                _LOGGER.debug("The login is not renewed: %s", err)
                await sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _renewed(self) -> None:
        """Wait until the tokens are renewed, together with all who wait for it."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
        await asyncio.shield(self._renewal)

    def _renew_at(self) -> float:
        """Return when the tokens are to be renewed even if nothing needs them."""
        moment = seconds_in(self._data, "renew_at")
        if moment is None:
            return (seconds_in(self._data, "expires_at") or 0.0) - _EARLY
        return moment

    def _ends_soon(self) -> bool:
        """Return whether the access token has ended, or is about to."""
        ends = self._data.get("expires_at")
        return not isinstance(ends, int | float) or ends - time.time() <= RENEW_BEFORE

    async def _renew(self) -> None:
        """Get new tokens, and save them."""
        try:
            refresh_token = text_in(self._data, "refresh_token")
            answer = await self._oauth.refresh(refresh_token)
            if answer.status in {400, 401}:
                raise AuthenticationError(
                    "Trakt does not renew the login, as it was ended there or used "
                    "elsewhere: sign in again"
                )
            if not answer.ok:
                raise refusal(answer)
            tokens = tokens_from(answer, refresh_token)
        except ProviderError as err:
            # Whatever became of this request, the one that needs the token was not
            # sent.
            err.maybe_sent = False
            raise
        data = {**self._data, **tokens}
        try:
            await self._save(data)
        finally:
            self._data = data
