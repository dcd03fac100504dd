"""Signing in to Plex with a code that is entered at plex.tv."""

from typing import Final, override

from ...engine.provider import ProviderError, ProviderUnavailableError, RateLimitedError
from ..http import Answer
from ..sign_in import Answers, DeviceCode, Progress, SignInError
from .fields import text, whole
from .sign_in import PlexSignIn, failed
from .wire import accepted

LINK_URL: Final = "https://plex.tv/link"
LIFETIME: Final = 900.0
# Plex asks for no more than one question a second.
INTERVAL: Final = 2.0


class LinkSignIn(PlexSignIn):
    """Signs in with a code that the person enters at plex.tv/link."""

    @override
    async def begin(self, answers: Answers) -> DeviceCode:
        """Ask plex.tv for a code."""
        try:
            pin = await self._account.new_pin()
        except ProviderError as err:
            raise failed(err) from err
        code, pin_id = text(pin, "code"), text(pin, "id")
        if not code or not pin_id:
            raise SignInError("invalid_answer")
        return DeviceCode(
            code=code,
            url=LINK_URL,
            secret=pin_id,
            expires_in=float(whole(pin, "expiresIn") or LIFETIME),
            interval=INTERVAL,
        )

    @override
    async def finish(self, code: DeviceCode) -> Progress:
        """Ask again and again until the person has entered the code."""
        return await self._with_account(await self._token(code))

    async def _token(self, code: DeviceCode) -> str:
        """Return the token that the code has become; outages are waited out."""
        pause = waited = code.interval
        while waited <= code.expires_in:
            await self._account.sleep(pause)
            pause = code.interval
            try:
                answer = await self._account.pin(code.secret)
            except RateLimitedError as err:
                pause = max(pause, err.retry_after)
            except ProviderUnavailableError:
                pass
            else:
                if token := _token_in(answer):
                    return token
            waited += pause
        raise SignInError("code_expired")


def _token_in(answer: Answer) -> str:
    """Return the token in what has become of a code, empty as long as it has none."""
    if answer.status == 404:
        raise SignInError("code_expired")
    try:
        return text(accepted(answer, "plex.tv").object(), "authToken")
    except ProviderError as err:
        raise failed(err) from err
