"""Signs a person in to a Tautulli: with the key to its API, and whose plays to read."""

from collections.abc import Mapping
from typing import Final, NamedTuple, override

from yarl import URL

from ...engine.provider import AuthenticationError, ProtocolError, ProviderError
from ..http import JsonObject, TlsError
from ..mediabrowser.address import parse_address
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
from ..spec import SignInContext
from .client import PATH, ApiDisabledError, RedirectError, TautulliClient, http_client
from .fields import account_from, text, users_from

USER_STEP: Final = "tautulli_user"


class _Server(NamedTuple):
    """A Tautulli that accepts the key: how to reach it, and what it watches over."""

    data: JsonObject
    info: JsonObject
    users: Mapping[str, str]

    @override
    def __repr__(self) -> str:
        """Return no more than what it is: it holds the key."""
        return "<_Server>"


class TautulliSignIn(SignIn):
    """One attempt to sign in to a Tautulli."""

    fields = (
        FormField("url", FieldKind.URL),
        FormField("api_key", FieldKind.SECRET),
        FormField("verify_ssl", FieldKind.SWITCH, default=True),
    )

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._context = context

    @override
    async def begin(self, answers: Answers) -> Progress:
        """Try the key, and ask whose plays are meant where there are several users."""
        url = parse_address(str(answers.get("url") or ""))
        if url is None:
            raise SignInError("invalid_url")
        api_key = str(answers.get("api_key") or "").strip()
        if not api_key:
            raise SignInError("invalid_api_key")
        verify_ssl = bool(answers.get("verify_ssl", True))
        server = await self._find(url, api_key, verify_ssl)
        users = server.users
        if not users:
            raise SignInError("no_users")
        if len(users) == 1:
            return _signed_in(server, next(iter(users)))
        known = text(self._context.known, "user_id")
        return _signed_in(server, known) if known in users else _question(server)

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Refuse: there never is a code to wait for."""
        raise SignInError("code_expired")

    async def _find(self, url: str, api_key: str, verify_ssl: bool) -> _Server:
        """Return the server at an address, or at the one that it has moved to."""
        try:
            return await self._ask(url, api_key, verify_ssl)
        except RedirectError as err:
            moved = _moved_to(url, err.location)
        except ProviderError as err:
            raise SignInError(_key_for(err)) from err
        try:
            return await self._ask(moved, api_key, verify_ssl)
        except RedirectError as err:
            raise SignInError("not_tautulli") from err
        except ProviderError as err:
            raise SignInError(_key_for(err)) from err

    async def _ask(self, url: str, api_key: str, verify_ssl: bool) -> _Server:
        """Return the server at an address; raises ProviderError."""
        session = self._context.session(verify_ssl)
        http = http_client(session, self._context.limiters, url, api_key)
        client = TautulliClient(http, url, api_key)
        info = await client.server_info()
        # Without this it would not be known again.
        account_from(info, "", "")
        return _Server(
            {"url": url, "api_key": api_key, "verify_ssl": verify_ssl},
            info,
            users_from(await client.users()),
        )


def answers_from(data: JsonObject) -> Answers:
    """Return what Home Assistant's own Tautulli integration knows, but for the key."""
    answers: dict[str, str | bool] = {"url": text(data, "url")}
    if isinstance(verify_ssl := data.get("verify_ssl"), bool):
        answers["verify_ssl"] = verify_ssl
    return answers


def _question(server: _Server) -> Question:
    """Return the form that asks for the user."""

    async def answer(answers: Answers) -> Progress:
        """Go on with the user that was chosen."""
        user_id = str(answers.get("user") or "")
        if user_id not in server.users:
            raise SignInError("no_users")
        return _signed_in(server, user_id)

    return Question(
        step=USER_STEP,
        fields=(FormField("user", FieldKind.SELECT, options=server.users),),
        answer=answer,
        placeholders={"server": text(server.info, "pms_name")},
    )


def _signed_in(server: _Server, user_id: str) -> SignedIn:
    """Return what to keep."""
    user = server.users[user_id]
    return SignedIn(
        data={**server.data, "user_id": user_id, "user": user},
        info=account_from(server.info, user_id, user),
    )


def _key_for(err: ProviderError) -> str:
    """Return the key of the text for what went wrong."""
    match err:
        case AuthenticationError():
            return "invalid_api_key"
        case ApiDisabledError():
            return "api_disabled"
        case TlsError():
            return "tls_error"
        case ProtocolError():
            return "not_tautulli"
    return "cannot_connect"


def _moved_to(url: str, location: str) -> str:
    """Return the base address that a call was sent on to, on the same host only.

    A proxy that insists on https does so; nobody else is to be given the key.
    """
    try:
        target = URL(f"{url}{PATH}").join(URL(location))
    except ValueError:
        raise SignInError("not_tautulli") from None
    if target.host != URL(url).host or not target.path.endswith(PATH):
        raise SignInError("not_tautulli")
    return str(target.with_query(None).with_path(target.path.removesuffix(PATH)))
