"""Signing in to AniList: the person's own API client, then the PIN of its page."""

from collections.abc import Collection
from typing import Final, override

from ...engine.provider import ProviderError
from ..http import Answer, HttpClient, JsonObject, JsonValue
from ..sign_in import (
    Answers,
    DeviceCode,
    FieldKind,
    FormField,
    Progress,
    Question,
    SignedIn,
    SignIn,
    SignInError,
)
from ..sign_in_errors import sign_in_error
from ..spec import SignInContext
from .fields import account_from, score_format_in, text_in
from .oauth import OAuth, authorize_url, code_in, oauth_limiter
from .wire import wire_of

FIELDS: Final = (
    FormField("client_id", FieldKind.TEXT),
    FormField("client_secret", FieldKind.SECRET),
)
PIN_FIELDS: Final = (FormField("pin", FieldKind.TEXT),)
# What certainly is no PIN: asked with it, AniList tells of the API client alone.
_NO_PIN: Final = "-"
_USED: Final = ("revoked", "expired")


class AniListSignIn(SignIn):
    """One attempt to sign in to AniList."""

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._context = context
        self._secrets: Collection[str] = ()

    @property
    @override
    def fields(self) -> tuple[FormField, ...]:
        """Return what AniList shows of an API client."""
        return FIELDS

    @override
    async def begin(self, answers: Answers) -> Question:
        """Lead to the page with the PIN, unless AniList does not know the client."""
        client_id = str(answers.get("client_id", "")).strip()
        client_secret = str(answers.get("client_secret", "")).strip()
        if not client_id or not client_secret:
            raise SignInError("anilist_invalid_client")
        self._secrets = (client_secret,)
        http = HttpClient(
            self._context.session(True),
            oauth_limiter(self._context.limiters),
            secrets=lambda: self._secrets,
        )
        oauth = OAuth(http, client_id, client_secret)
        answer = await _exchange(oauth, _NO_PIN)
        # [unsure] that the client is looked at first: if the code is, it comes later.
        if _is_wrong_client(answer):
            raise SignInError("anilist_invalid_client")

        async def go_on(answers: Answers) -> Progress:
            """Swap the PIN for a token."""
            return await self._signed_in(oauth, client_id, str(answers.get("pin", "")))

        return Question(
            step="anilist_pin",
            fields=PIN_FIELDS,
            answer=go_on,
            placeholders={"authorize_url": authorize_url(client_id)},
        )

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Refuse: there never is a code to wait for."""
        raise SignInError("code_expired")

    async def _signed_in(self, oauth: OAuth, client_id: str, pin: str) -> SignedIn:
        """Return the account that a PIN belongs to."""
        code = code_in(pin)
        if not code:
            raise SignInError("anilist_wrong_pin")
        answer = await _exchange(oauth, code)
        if not answer.ok:
            raise _refused(answer)
        try:
            told = answer.object()
            token = text_in(told, "access_token")
            if not token:
                raise answer.nonsense("lacks access_token")
            self._secrets = (*self._secrets, token)
            wire = wire_of(self._context.session(True), self._context.limiters, token)
            viewer = await wire.viewer()
            info = account_from(viewer)
            data: dict[str, JsonValue] = {
                "client_id": client_id,
                "access_token": token,
                "user_id": info.account_id,
            }
            # Without it, the account is asked in the plainest way from now on.
            if viewer.get("mediaListOptions") is not None:
                data["score_format"] = score_format_in(viewer).value
        except ProviderError as err:
            raise sign_in_error(err, "anilist_wrong_pin") from err
        return SignedIn(data=data, info=info)


async def _exchange(oauth: OAuth, code: str) -> Answer:
    """Return the answer to a code; raises SignInError where there is none."""
    try:
        return await oauth.exchange(code)
    except ProviderError as err:
        raise sign_in_error(err, "anilist_wrong_pin") from err


def _error_in(answer: Answer) -> JsonObject:
    """Return what a refusal says of itself; mostly as the standard has it."""
    try:
        return answer.object()
    except ProviderError:
        return {}


def _is_wrong_client(answer: Answer) -> bool:
    """Tell whether the id or the secret of the API client was refused."""
    return text_in(_error_in(answer), "error") == "invalid_client"


def _refused(answer: Answer) -> SignInError:
    """Return the error for a PIN that brought no token."""
    if _is_wrong_client(answer):
        return SignInError("anilist_invalid_client")
    if answer.status not in {400, 401}:
        return SignInError("invalid_answer")
    told = _error_in(answer)
    words = " ".join(
        text_in(told, name) for name in ("hint", "message", "error_description")
    ).lower()
    used = any(word in words for word in _USED)
    return SignInError("anilist_pin_used" if used else "anilist_wrong_pin")
