"""Signing in to Trakt: the person's own app, and a code entered at Trakt."""

from collections.abc import Collection, Mapping
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
from .fields import account_from
from .login import seconds_in, secrets_in, text_in, tokens_from
from .oauth import API, OAuth, oauth_limiter
from .refusal import FORBIDDEN, is_from_proxy
from .wire import HOST, PACE, api_headers

FIELDS: Final = (
    FormField("client_id", FieldKind.TEXT),
    FormField("client_secret", FieldKind.SECRET),
)
ACTIVATION_URL: Final = "https://auth.trakt.tv/activate"
LIFETIME: Final = 600.0
INTERVAL: Final = 5.0
# The least interval, and what is added each time that Trakt finds it too short.
SHORTEST: Final = 1.0
SLOWER: Final = 5.0

_PENDING: Final = 400
_KEYS: Final[Mapping[int, str]] = {
    401: "invalid_client",
    403: "invalid_client",
    423: "account_locked",
    426: "vip_required",
}
# Trakt does not document how it refuses the id of an app that it does not know.
_CODE_KEYS: Final = {**_KEYS, 400: "invalid_client", 404: "invalid_client"}
_POLL_KEYS: Final = {
    **_KEYS,
    404: "code_unknown",
    409: "code_used",
    410: "code_expired",
    418: "code_denied",
}
# The same in the words of the standard, should a body ever hold them.
_ERROR_KEYS: Final = {"access_denied": "code_denied", "expired_token": "code_expired"}


class TraktSignIn(SignIn):
    """One attempt to sign in to Trakt."""

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._session = context.session(True)
        self._limiters = context.limiters
        self._sleep = oauth_limiter(context.limiters).sleep
        self._data: JsonObject = {}
        self._oauth: OAuth | None = None

    @property
    @override
    def fields(self) -> tuple[FormField, ...]:
        """Return what Trakt shows of an app at app.trakt.tv/settings/apps."""
        return FIELDS

    @override
    async def begin(self, answers: Answers) -> DeviceCode:
        """Ask Trakt for a code, with the id and the secret of the person's app."""
        client_id = str(answers.get("client_id", "")).strip()
        client_secret = str(answers.get("client_secret", "")).strip()
        if not client_id or not client_secret:
            raise SignInError("invalid_client")
        self._data = {"client_id": client_id, "client_secret": client_secret}
        limiter = oauth_limiter(self._limiters)
        http = HttpClient(self._session, limiter, secrets=self._secrets)
        self._oauth = OAuth(http, client_id, client_secret)
        try:
            answer = await self._oauth.request_code()
            if not answer.ok:
                raise refused(answer, _CODE_KEYS)
            return device_code_from(answer)
        except ProviderError as err:
            raise sign_in_error(err) from err

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Ask again and again until the person has entered the code."""
        if self._oauth is None:
            raise SignInError("code_expired")
        answer = await self._wait(self._oauth, code)
        try:
            self._data = {**self._data, **tokens_from(answer)}
            settings = await self._settings()
            if not settings.ok:
                raise refused(settings, _KEYS)
            info = account_from(settings.object())
        except ProviderError as err:
            raise sign_in_error(err) from err
        return SignedIn(data=self._data, info=info)

    async def _wait(self, oauth: OAuth, code: DeviceCode) -> Answer:
        """Poll until there is an answer that is not "wait"; outages are waited out."""
        interval = max(code.interval, SHORTEST)
        pause = interval
        waited = 0.0
        outage: ProviderUnavailableError | None = None
        while (waited := waited + pause) <= code.expires_in:
            await self._sleep(pause)
            try:
                answer = await oauth.poll(code.secret)
            except RateLimitedError as err:
                interval += SLOWER
                pause = max(interval, err.retry_after)
                continue
            except ProviderUnavailableError as err:
                outage = err
                pause = interval
                continue
            outage = None
            if answer.ok:
                return answer
            error = error_in(answer)
            if answer.status != _PENDING or error in _ERROR_KEYS:
                raise refused(answer, _POLL_KEYS)
            interval += SLOWER if error == "slow_down" else 0
            pause = interval
        if outage is not None:
            raise sign_in_error(outage)
        raise SignInError("code_expired")

    async def _settings(self) -> Answer:
        """Ask whose account it is."""
        limiter = self._limiters.for_host(HOST, PACE)
        http = HttpClient(self._session, limiter, secrets=self._secrets)
        client_id = text_in(self._data, "client_id")
        token = text_in(self._data, "access_token")
        return await http.request(
            "GET", f"{API}/users/settings", headers=api_headers(client_id, token)
        )

    def _secrets(self) -> Collection[str]:
        """Return what must never appear in a text."""
        return secrets_in(self._data)


def device_code_from(answer: Answer) -> DeviceCode:
    """Return the code that the person has to enter."""
    told = answer.object()
    code, secret = text_in(told, "user_code"), text_in(told, "device_code")
    if not code or not secret:
        raise answer.nonsense("lacks user_code or device_code")
    interval = seconds_in(told, "interval")
    return DeviceCode(
        code=code,
        # The standard calls it a URI.
        url=text_in(told, "verification_url")
        or text_in(told, "verification_uri")
        or ACTIVATION_URL,
        secret=secret,
        expires_in=seconds_in(told, "expires_in") or LIFETIME,
        interval=INTERVAL if interval is None else interval,
    )


def error_in(answer: Answer) -> str:
    """Return the error code in the body of a refusal; mostly there is none."""
    try:
        return text_in(answer.object(), "error")
    except ProviderError:
        return ""


def refused(answer: Answer, keys: Mapping[int, str]) -> SignInError:
    """Return the error for a refusal."""
    if answer.status == FORBIDDEN and is_from_proxy(answer):
        # The proxy in front of Trakt, which has not even looked at the app.
        return SignInError("cannot_connect")
    key = _ERROR_KEYS.get(error_in(answer)) or keys.get(answer.status)
    return SignInError(key or "invalid_answer")
