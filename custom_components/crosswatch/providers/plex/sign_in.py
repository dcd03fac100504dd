"""Signing in to Plex: which server it shall be, and who of a home."""

from collections.abc import Collection
from typing import Final, override

from ...engine.provider import AccountLimitError, ProviderError
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
from .account import PlexAccount
from .fields import text
from .login import PlexLogin
from .people import (
    Person,
    become,
    names_of,
    people_of,
    person_from,
    servers_of,
    user_id_of,
)
from .servers import Server, best_way

SERVER_STEP: Final = "plex_server"
USER_STEP: Final = "plex_user"
_REFUSED: Final = "plex_refused"


class PlexSignIn(SignIn):
    """What both ways have in common: which server, and who of the home."""

    fields: tuple[FormField, ...] = ()

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._context = context
        self._secrets: set[str] = set()
        self._session = context.session(True)
        self._account = PlexAccount(
            self._session, context.limiters, context.device_id, self._all_secrets
        )
        # The address that was entered, which is good for its server only.
        self._url = ""
        self._verify_ssl = True

    @override
    async def finish(self, code: DeviceCode) -> Progress:
        """Refuse: only the way with a code has one."""
        raise SignInError("code_expired")

    async def _with_account(self, token: str) -> Progress:
        """Go on with a token of plex.tv: which server shall it be?"""
        self._secrets.add(token)
        try:
            me = person_from(await self._account.user(token))
            servers = await servers_of(self._account, token)
        except ProviderError as err:
            raise failed(err) from err
        if not servers:
            raise SignInError("plex_no_servers")
        by_id = {server.server_id: server for server in servers}
        known = by_id.get(text(self._context.known, "server_id"))
        if known is not None or len(by_id) == 1:
            return await self._with_server(token, me, known or servers[0])

        async def chosen(answers: Answers) -> Progress:
            """Go on with the chosen server."""
            server = by_id.get(str(answers.get("server") or ""))
            if server is None:
                raise SignInError("required")
            return await self._with_server(token, me, server)

        choice = FormField(
            "server",
            FieldKind.SELECT,
            options={key: server.name for key, server in by_id.items()},
        )
        return Question(step=SERVER_STEP, fields=(choice,), answer=chosen)

    async def _with_server(self, token: str, me: Person, server: Server) -> Progress:
        """Go on with a server: who of the home shall it be?"""
        try:
            people = await people_of(self._account, token, me)
        except ProviderError as err:
            raise failed(err) from err
        if len(people) == 1:
            return await self._as(me, token, server)
        by_uuid = {person.uuid: person for person in people}
        wanted = text(self._context.known, "user_id")
        if wanted and wanted == user_id_of(me, server):
            return await self._as(me, token, server)
        known = next((each for each in people if each.number == wanted), None)
        if known is not None and not known.protected:
            return await self._as_other(known, "", token, server)

        async def chosen(answers: Answers) -> Progress:
            """Go on as the chosen user."""
            person = by_uuid.get(str(answers.get("user") or ""))
            if person is None:
                raise SignInError("required")
            if person.uuid == me.uuid:
                return await self._as(me, token, server)
            pin = str(answers.get("pin") or "")
            return await self._as_other(person, pin, token, server)

        fields = (
            FormField(
                "user",
                FieldKind.SELECT,
                default=known.uuid if known else me.uuid,
                options=names_of(by_uuid),
            ),
            FormField("pin", FieldKind.SECRET, required=False),
        )
        return Question(
            step=USER_STEP,
            fields=fields,
            answer=chosen,
            placeholders={"server": server.name},
        )

    async def _as_other(
        self, person: Person, pin: str, token: str, server: Server
    ) -> Progress:
        """Go on as somebody else of the home, given the token of who is signed in."""
        pin = pin.strip()
        self._secrets.update({pin} - {""})
        if person.protected and not pin:
            raise SignInError("plex_pin_required")
        try:
            own, shared = await become(
                self._account, token, person, server.server_id, pin
            )
        except ProviderError as err:
            raise failed(err) from err
        return await self._as(person, own, shared)

    async def _as(self, person: Person, token: str, server: Server) -> SignedIn:
        """Find the best way to the server, and come to an end."""
        self._secrets |= {token, server.token}
        url = self._url or await best_way(
            server, self._session, self._context.limiters, self._context.device_id
        )
        if not url:
            raise SignInError("plex_server_unreachable", server=server.name)
        return self._signed_in(
            PlexLogin(
                url=url,
                token=server.token,
                account_token=token,
                server_id=server.server_id,
                server_name=server.name,
                user_id=user_id_of(person, server),
                user_name=person.name,
                device_id=self._context.device_id,
                verify_ssl=self._verify_ssl,
            )
        )

    def _signed_in(self, login: PlexLogin) -> SignedIn:
        """Return the end of the sign-in."""
        return SignedIn(data=login.to_data(), info=login.info())

    def _all_secrets(self) -> Collection[str]:
        """Return what must never appear in a text."""
        return self._secrets


def failed(err: ProviderError) -> SignInError:
    """Return the error for a request that got no answer of use."""
    if isinstance(err, AccountLimitError):
        return SignInError(_REFUSED)
    return sign_in_error(err, _REFUSED)
