"""Signing in to SIMKL: the person's own app, and a PIN entered at SIMKL."""

from collections.abc import Collection
from typing import Final, override

from ...engine.provider import ProviderError, ProviderUnavailableError, RateLimitedError
from ..answer import Answer, JsonObject
from ..http import HttpClient
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
from .client import API, HOST, PACE, SimklClient, app_headers, app_params
from .fields import account_from, plan_from, text
from .refusal import WRONG_APP, is_exhausted

FIELDS: Final = (FormField("client_id", FieldKind.TEXT),)
PIN_PAGE: Final = "https://simkl.com/pin"
LIFETIME: Final = 900.0
INTERVAL: Final = 5.0
# The least interval, and what is added each time that SIMKL finds it too short.
SHORTEST: Final = 1.0
SLOWER: Final = 5.0
_WAIT: Final = 60.0


class SimklSignIn(SignIn):
    """One attempt to sign in to SIMKL."""

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._limiter = context.limiters.for_host(HOST, PACE)
        self._client_id = ""
        self._token = ""
        self._code = ""
        self._http = HttpClient(
            context.session(True), self._limiter, secrets=self._secrets
        )

    @property
    @override
    def fields(self) -> tuple[FormField, ...]:
        """Return what SIMKL shows of an app in its developer settings."""
        return FIELDS

    @override
    async def begin(self, answers: Answers) -> DeviceCode:
        """Ask SIMKL for a code, with the id of the person's app."""
        self._client_id = str(answers.get("client_id", "")).strip()
        if not self._client_id:
            raise SignInError("simkl_invalid_client")
        try:
            answer = await self._get("/oauth/pin")
            if not answer.ok:
                raise refused(answer)
            code = device_code_from(answer)
        except ProviderError as err:
            raise sign_in_error(err, "simkl_invalid_client") from err
        self._code = code.code
        return code

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Ask again and again until the person has entered the code."""
        if not self._client_id:
            raise SignInError("code_expired")
        self._token = await self._wait(code)
        client = SimklClient(self._http, self._limiter, self._client_id, self._token)
        try:
            settings = await client.settings()
            info, plan = account_from(settings), plan_from(settings)
        except ProviderError as err:
            raise sign_in_error(err, "simkl_invalid_client") from err
        data: JsonObject = {
            "client_id": self._client_id,
            "access_token": self._token,
            "plan": plan,
        }
        return SignedIn(data=data, info=info)

    async def _wait(self, code: DeviceCode) -> str:
        """Poll until there is a token; outages are waited out.

        Every answer has the same status. One with another code in it says that this
        one is gone: it was refused, used or is too old.
        """
        interval = max(code.interval, SHORTEST)
        pause, waited = interval, 0.0
        outage: ProviderUnavailableError | None = None
        while (waited := waited + pause) <= code.expires_in:
            await self._limiter.sleep(pause)
            try:
                answer = await self._get(f"/oauth/pin/{code.secret}")
                told = answer.object() if answer.ok else {}
            except RateLimitedError as err:
                interval += SLOWER
                pause = max(interval, err.retry_after)
                continue
            except ProviderUnavailableError as err:
                outage, pause = err, interval
                continue
            except ProviderError as err:
                raise sign_in_error(err, "simkl_invalid_client") from err
            outage = None
            if not answer.ok:
                raise refused(answer)
            if token := text(told.get("access_token")):
                return token
            if "device_code" in told or "user_code" in told:
                raise SignInError("simkl_code_gone")
            if "slow" in text(told.get("message")).lower():
                interval += SLOWER
            pause = interval
        if outage is not None:
            raise sign_in_error(outage, "simkl_invalid_client")
        raise SignInError("code_expired")

    async def _get(self, path: str) -> Answer:
        """Ask SIMKL something on behalf of nobody."""
        return await self._http.request(
            "GET",
            API + path,
            params=app_params(self._client_id),
            headers=app_headers(),
        )

    def _secrets(self) -> Collection[str]:
        """Return what must never appear in a text."""
        return [each for each in (self._client_id, self._token, self._code) if each]


def device_code_from(answer: Answer) -> DeviceCode:
    """Return the code that the person has to enter. It is what is polled with, too."""
    told = answer.object()
    code = text(told.get("user_code"))
    if not code:
        raise answer.nonsense("lacks user_code")
    url = text(told.get("verification_url")) or text(told.get("verification_uri"))
    return DeviceCode(
        code=code,
        url=url or PIN_PAGE,
        secret=code,
        expires_in=_seconds(told, "expires_in") or LIFETIME,
        interval=_seconds(told, "interval", INTERVAL),
    )


def _seconds(told: JsonObject, name: str, otherwise: float = 0.0) -> float:
    """Return a number of seconds that is not negative."""
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return otherwise
    return float(value)


def refused(answer: Answer) -> SignInError:
    """Return the error for a refusal."""
    if answer.status == WRONG_APP and is_exhausted(answer):
        return SignInError("rate_limited", seconds=f"{_WAIT:.0f}")
    if answer.status in {400, 401, 403, WRONG_APP}:
        return SignInError("simkl_invalid_client")
    return SignInError("invalid_answer")
