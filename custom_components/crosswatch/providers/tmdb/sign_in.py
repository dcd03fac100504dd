"""Signing in to TMDb: the person's own key, and their approval on TMDb's page."""

from collections.abc import Collection
from datetime import UTC, datetime
import re
from typing import Final, override

from ...engine.provider import ProviderError, ProviderUnavailableError, RateLimitedError
from ..http import Answer, HttpClient, JsonObject
from ..sign_in import (
    Answers,
    DeviceCode,
    FieldKind,
    FormField,
    SignedIn,
    SignIn,
    SignInError,
)
from ..sign_in_errors import sign_in_error
from ..spec import SignInContext
from .client import Key, TmdbClient, limiter_of, secrets_of
from .fields import account_from, moment_from
from .refusal import (
    DEAD_TOKEN,
    INVALID_KEY,
    SESSION_DENIED,
    SUSPENDED_KEY,
    UNAUTHORIZED,
    code_in,
    refusal,
)

FIELDS: Final = (FormField("api_key", FieldKind.SECRET),)
APPROVAL_URL: Final = "https://www.themoviedb.org/authenticate/"
# What TMDb documents, and the least that is believed of its clock or of ours.
LIFETIME: Final = 3600.0
SHORTEST: Final = 300.0
INTERVAL: Final = 5.0
# It becomes a part of an address, and must not lead elsewhere.
_TOKEN: Final = r"[A-Za-z0-9_][\w.~-]*"


class TmdbSignIn(SignIn):
    """One attempt to sign in to TMDb."""

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        limiter = limiter_of(context.limiters)
        self._sleep = limiter.sleep
        self._data: dict[str, str] = {}
        self._http = HttpClient(context.session(True), limiter, secrets=self._secrets)

    @property
    @override
    def fields(self) -> tuple[FormField, ...]:
        """Return what TMDb shows in the settings of an account."""
        return FIELDS

    @override
    async def begin(self, answers: Answers) -> DeviceCode:
        """Try the key, and get a token for the person to approve of."""
        key = "".join(str(answers.get("api_key") or "").split())
        # A heading that was copied as well.
        key = key.removeprefix("Bearer")
        if not key.isascii() or not key.isprintable() or not key:
            raise SignInError("tmdb_invalid_key")
        self._data = {"api_key": key}
        try:
            answer = await self._client().new_token()
            if not answer.ok:
                raise refusal(answer)
            told = answer.object()
        except ProviderError as err:
            raise sign_in_error(err, "tmdb_invalid_key") from err
        token = told.get("request_token")
        if not isinstance(token, str) or not re.fullmatch(_TOKEN, token, re.ASCII):
            raise SignInError("invalid_answer")
        self._data["request_token"] = token
        return DeviceCode(
            # There is nothing to enter: the address says it all.
            code="",
            url=f"{APPROVAL_URL}{token}",
            secret=token,
            expires_in=lifetime_in(told),
            interval=INTERVAL,
        )

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Ask again and again until the person has approved."""
        session_id = await self._wait(code)
        self._data = {"api_key": self._data["api_key"], "session_id": session_id}
        try:
            info = account_from(await self._client(session_id).account())
        except ProviderError as err:
            raise sign_in_error(err, "tmdb_invalid_key") from err
        data = {**self._data, "account_id": info.account_id}
        return SignedIn(data=data, info=info)

    async def _wait(self, code: DeviceCode) -> str:
        """Return the session that the token becomes; outages are waited out."""
        outage: ProviderUnavailableError | None = None
        pause = waited = code.interval
        while waited <= code.expires_in:
            await self._sleep(pause)
            pause = code.interval
            try:
                answer = await self._client().new_session(code.secret)
            except RateLimitedError as err:
                pause = max(pause, err.retry_after)
            except ProviderUnavailableError as err:
                outage = err
            else:
                outage = None
                if session_id := session_in(answer):
                    return session_id
            waited += pause
        if outage is not None:
            raise sign_in_error(outage, "tmdb_invalid_key")
        raise SignInError("tmdb_not_approved")

    def _client(self, session_id: str = "") -> TmdbClient:
        """Return the API with the key that was entered."""
        return TmdbClient(self._http, Key(self._data["api_key"]), session_id)

    def _secrets(self) -> Collection[str]:
        """Return what must never appear in a text."""
        return secrets_of(self._data)


def session_in(answer: Answer) -> str:
    """Return the session in an answer, empty as long as the person has not approved.

    The key has been tried: what else is refused is refused for want of approval.
    """
    if (code := code_in(answer)) == SESSION_DENIED:
        return ""
    if answer.status == UNAUTHORIZED:
        if code == DEAD_TOKEN:
            # It ran out, was denied, or has become a session that got lost.
            raise SignInError("tmdb_not_approved")
        if code not in {INVALID_KEY, SUSPENDED_KEY}:
            return ""
    try:
        if not answer.ok:
            raise refusal(answer)
        told = answer.object()
    except ProviderError as err:
        raise sign_in_error(err, "tmdb_invalid_key") from err
    session_id = told.get("session_id")
    if not isinstance(session_id, str) or not session_id:
        raise SignInError("invalid_answer")
    return session_id


def lifetime_in(told: JsonObject) -> float:
    """Return for how many seconds a token can be approved of."""
    ends = moment_from(told.get("expires_at"))
    if ends is None:
        return LIFETIME
    left = (ends - datetime.now(UTC)).total_seconds()
    return min(max(left, SHORTEST), LIFETIME)
