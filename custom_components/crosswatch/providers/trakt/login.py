"""The tokens of one account: renewed in time, by one request, and never lost."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
import math
import time
from typing import Final

from ...engine.provider import AuthenticationError, ProtocolError, ProviderError
from ..http import Answer, JsonObject, JsonValue
from .oauth import OAuth
from .refusal import refusal

# Seconds before the end of an access token at which it is renewed.
RENEW_BEFORE: Final = 120
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
    return {
        "access_token": access,
        "refresh_token": refresh,
        # A token that ends sooner is renewed when it is refused: not each time.
        "expires_at": time.time() + max(lifetime, 2 * RENEW_BEFORE),
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
            if self._renewal is None or self._renewal.done():
                self._renewal = asyncio.create_task(self._renew())
            await asyncio.shield(self._renewal)
            token = text_in(self._data, "access_token")
        return token

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
