"""Signing in to Plex with the address of a server and a token."""

from collections.abc import Collection, Mapping
from typing import Final, override

from yarl import URL

from ...engine.provider import ProviderError
from ..http import Answer, HttpClient, JsonObject
from ..mediabrowser.address import parse_address
from ..sign_in import Answers, FieldKind, FormField, Progress, SignedIn, SignInError
from .fields import text
from .login import OWNER, PlexLogin
from .people import person_from, servers_of
from .servers import DEFAULT_PORT, PROBE_TIMEOUT, http_for
from .sign_in import PlexSignIn, failed
from .wire import accepted, container_in, plex_headers

_REFUSED: Final = frozenset({401, 403})


class ManualSignIn(PlexSignIn):
    """Signs in with the address of a server and a token, with or without plex.tv."""

    fields = (
        FormField("url", FieldKind.URL),
        FormField("token", FieldKind.SECRET),
        FormField("verify_ssl", FieldKind.SWITCH, default=True),
    )

    @override
    async def begin(self, answers: Answers) -> Progress:
        """Find the server, and whose token it is."""
        token = str(answers.get("token") or "").strip()
        entered = str(answers.get("url") or "")
        if (url := parse_address(entered)) is None:
            raise SignInError("invalid_url")
        if not token:
            raise SignInError("plex_token_refused")
        self._secrets.add(token)
        self._verify_ssl = answers.get("verify_ssl") is not False
        server_id = await self._find(_addresses(url))
        root = await self._root(token)
        try:
            me = person_from(await self._account.user(token))
            servers = await servers_of(self._account, token)
        except ProviderError, SignInError:
            # A server that is never online has tokens that plex.tv does not know.
            return await self._without_account(token, server_id, root)
        server = next((each for each in servers if each.server_id == server_id), None)
        if server is None:
            return await self._without_account(token, server_id, root)
        return await self._with_server(token, me, server)

    async def _find(self, urls: Collection[str]) -> str:
        """Return which server answers at the first of some addresses that has one."""
        failure = SignInError("cannot_connect")
        for url in urls:
            try:
                answer = await self._http(url).request(
                    "GET",
                    f"{url}/identity",
                    headers=plex_headers(self._context.device_id),
                    timeout=2 * PROBE_TIMEOUT,
                )
                server_id = _machine_in(answer)
            except ProviderError as err:
                failure = failed(err)
                continue
            if server_id:
                self._url = url
                return server_id
            failure = SignInError("not_plex")
        raise failure

    async def _root(self, token: str) -> JsonObject:
        """Return what the server says of itself to who has the token."""
        answer = await self._ask("/", token)
        if answer.status in _REFUSED:
            raise SignInError("plex_token_refused")
        try:
            return container_in(accepted(answer, "The Plex server"))
        except ProviderError as err:
            raise failed(err) from err

    async def _without_account(
        self, token: str, server_id: str, root: JsonObject
    ) -> SignedIn:
        """Come to an end with the server alone: there is no watchlist then."""
        owns = (await self._ask("/:/prefs", token)).ok
        user_id = OWNER if owns else await self._number(token)
        names = (text(root, "myPlexUsername") if owns else "", user_id)
        return self._signed_in(
            PlexLogin(
                url=self._url,
                token=token,
                server_id=server_id,
                server_name=text(root, "friendlyName") or server_id,
                user_id=user_id,
                user_name=next(filter(None, names)),
                device_id=self._context.device_id,
                verify_ssl=self._verify_ssl,
            )
        )

    async def _number(self, token: str) -> str:
        """Return what the server calls a user that is not its owner.

        Only what such a user has played tells.
        """
        page = "?X-Plex-Container-Start=0&X-Plex-Container-Size=1"
        answer = await self._ask(f"/status/sessions/history/all{page}", token)
        try:
            rows = container_in(accepted(answer, "The Plex server")).get("Metadata")
        except ProviderError:
            rows = None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and (number := text(row, "accountID")):
                return number
        raise SignInError("plex_user_unknown")

    async def _ask(self, path: str, token: str) -> Answer:
        """Return the server's answer to a question."""
        try:
            return await self._http(self._url).request(
                "GET",
                f"{self._url}{path}",
                headers=plex_headers(self._context.device_id, token),
            )
        except ProviderError as err:
            raise failed(err) from err

    def _http(self, url: str) -> HttpClient:
        """Return the way to an address."""
        session = self._context.session(self._verify_ssl)
        return http_for(session, self._context.limiters, url, self._all_secrets)


def address_known(data: JsonObject) -> Answers:
    """Return the address that Home Assistant's own integration has of a server."""
    config = data["server_config"]
    if not isinstance(config, Mapping):
        return {}
    return {
        "url": str(config["url"]),
        "verify_ssl": config.get("verify_ssl") is not False,
    }


def _addresses(url: str) -> list[str]:
    """Return an address, and that with Plex's own port where it has none."""
    address = URL(url)
    if address.explicit_port is not None:
        return [url]
    return [url, str(address.with_port(DEFAULT_PORT)).rstrip("/")]


def _machine_in(answer: Answer) -> str:
    """Return which server has answered, empty for anything but a Plex server."""
    if not answer.ok:
        return ""
    try:
        return text(container_in(answer), "machineIdentifier")
    except ProviderError:
        return ""
