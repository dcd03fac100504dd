"""Signs a person in to a Jellyfin server: with a password, or with Quick Connect."""

import asyncio
from dataclasses import dataclass
import time
from typing import Final, override

from yarl import URL

from ...engine.provider import (
    ProtocolError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
)
from ..http import Answer, HttpClient, JsonObject, SlowDownError, StatusError, TlsError
from ..mediabrowser.address import parse_address
from ..sign_in import (
    Answers,
    DeviceCode,
    FieldKind,
    FormField,
    SignedIn,
    SignIn,
    SignInError,
)
from ..spec import SignInContext
from .authorization import authorization
from .client import http_client
from .provider import account_info

OLDEST_VERSION: Final = (10, 9)
CODE_LIFETIME: Final = 600.0
POLL_INTERVAL: Final = 3.0

_PUBLIC_INFO: Final = "/System/Info/Public"
_MOST_REQUESTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class _Server:
    """A server that was found to be a Jellyfin of a fitting version."""

    url: str
    verify_ssl: bool
    name: str
    version: str
    http: HttpClient


class JellyfinSignIn(SignIn):
    """One attempt to sign in to a Jellyfin server."""

    fields = (
        FormField("url", FieldKind.URL),
        FormField("username", FieldKind.TEXT, required=False),
        FormField("password", FieldKind.SECRET, required=False),
        FormField("verify_ssl", FieldKind.SWITCH, default=True),
    )

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._context = context
        self._server: _Server | None = None
        self._secrets: set[str] = set()

    @override
    async def begin(self, answers: Answers) -> SignedIn | DeviceCode:
        """Sign in with a name and password, or with Quick Connect without both."""
        username = str(answers.get("username") or "").strip()
        password = str(answers.get("password") or "")
        if password and not username:
            raise SignInError("username_required")
        self._secrets = {password} - {""}
        url = parse_address(str(answers.get("url") or ""))
        if url is None:
            raise SignInError("invalid_url")
        server = await self._find(url, bool(answers.get("verify_ssl", True)))
        self._server = server
        if username:
            return await self._with_password(server, username, password)
        return await self._with_code(server)

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Wait until the code was entered in a client that is signed in."""
        if (server := self._server) is None:
            raise SignInError("code_expired")
        self._secrets.add(code.secret)
        deadline = time.monotonic() + code.expires_in
        while not await self._approved(server, code):
            if time.monotonic() + code.interval >= deadline:
                raise SignInError("code_expired")
            await asyncio.sleep(code.interval)
        answer = await self._ask(
            server,
            "POST",
            "/Users/AuthenticateWithQuickConnect",
            {"Secret": code.secret},
        )
        if answer.status in {401, 404}:
            raise SignInError("code_expired")
        return self._signed_in(server, answer)

    async def _find(self, url: str, verify_ssl: bool) -> _Server:
        """Return the server at an address, if it is a Jellyfin that will do."""
        http = http_client(
            self._context.session(verify_ssl),
            self._context.limiters,
            url,
            authorization(self._context.device_id),
            lambda: self._secrets,
        )
        for _ in range(_MOST_REQUESTS):
            answer = await _ask(http, "GET", f"{url}{_PUBLIC_INFO}")
            if answer.status not in _REDIRECTS:
                break
            # A proxy that insists on https, or a server below a path of its host.
            # Nothing secret was sent yet.
            url = _moved_to(url, answer.headers.get("Location", ""))
        # A server that is starting writes the names in another case.
        info = {name.lower(): value for name, value in _object(answer).items()}
        if not str(info.get("productname") or "").startswith("Jellyfin"):
            raise SignInError("not_jellyfin")
        version = str(info.get("version") or "")
        if (numbers := _numbers(version)) and numbers < OLDEST_VERSION:
            minimum = ".".join(map(str, OLDEST_VERSION))
            raise SignInError("version_too_old", version=version, minimum=minimum)
        name = str(info.get("servername") or "")
        return _Server(url, verify_ssl, name, version, http)

    async def _with_password(
        self, server: _Server, username: str, password: str
    ) -> SignedIn:
        """Sign in with a name and a password, which may be empty."""
        answer = await self._ask(
            server,
            "POST",
            "/Users/AuthenticateByName",
            {"Username": username, "Pw": password},
        )
        if answer.status == 401:
            raise SignInError("invalid_auth")
        return self._signed_in(server, answer)

    async def _with_code(self, server: _Server) -> DeviceCode:
        """Ask for a code that the person enters in another client."""
        enabled = await self._ask(server, "GET", "/QuickConnect/Enabled")
        if enabled.ok and enabled.body.strip().lower() == b"false":
            raise SignInError("quick_connect_disabled")
        answer = await self._ask(server, "POST", "/QuickConnect/Initiate")
        if answer.status == 401:
            raise SignInError("quick_connect_disabled")
        body = _object(answer)
        return DeviceCode(
            code=_text(body, "Code"),
            url=server.url,
            secret=_text(body, "Secret"),
            expires_in=CODE_LIFETIME,
            interval=POLL_INTERVAL,
        )

    async def _approved(self, server: _Server, code: DeviceCode) -> bool:
        """Tell whether the code was entered; a server out of reach may come back."""
        try:
            answer = await server.http.request(
                "GET",
                f"{server.url}/QuickConnect/Connect",
                params={"secret": code.secret},
            )
        except ProviderUnavailableError, RateLimitedError:
            return False
        if answer.status == 404:
            raise SignInError("code_expired")
        if answer.status == 401:
            raise SignInError("quick_connect_disabled")
        return _object(answer).get("Authenticated") is True

    async def _ask(
        self, server: _Server, method: str, path: str, body: JsonObject | None = None
    ) -> Answer:
        """Return the server's answer; raises SignInError where it cannot be had."""
        return await _ask(server.http, method, f"{server.url}{path}", body)

    def _signed_in(self, server: _Server, answer: Answer) -> SignedIn:
        """Return what to keep of a login."""
        if answer.status == 403:
            raise SignInError("user_disabled")
        body = _object(answer)
        user = body.get("User")
        if not isinstance(user, dict):
            raise SignInError("not_jellyfin")
        try:
            info = account_info(user, server.name, server.version)
        except ProtocolError:
            raise SignInError("not_jellyfin") from None
        data: JsonObject = {
            "url": server.url,
            "verify_ssl": server.verify_ssl,
            "user_id": _text(user, "Id"),
            "server_id": _text(user, "ServerId"),
            "token": _text(body, "AccessToken"),
            "device_id": self._context.device_id,
            "username": _text(user, "Name"),
        }
        return SignedIn(data=data, info=info)


async def _ask(
    http: HttpClient, method: str, url: str, body: JsonObject | None = None
) -> Answer:
    """Return an answer; raises SignInError where there is none."""
    try:
        return await http.request(method, url, json=body)
    except TlsError as err:
        raise SignInError("tls_error") from err
    except ProviderError as err:
        # Only a server that is starting answers so, and only its status says it.
        starting = isinstance(err, StatusError | SlowDownError) and err.status == 503
        raise SignInError("server_starting" if starting else "cannot_connect") from err


def _moved_to(url: str, location: str) -> str:
    """Return the base address to which a server's description has moved.

    A server below a path sends those who do not name it to its web client.
    """
    try:
        target = URL(f"{url}{_PUBLIC_INFO}").join(URL(location))
        if target.path.lower().endswith(_PUBLIC_INFO.lower()):
            target = target.with_path(target.path[: -len(_PUBLIC_INFO)])
    except ValueError:
        raise SignInError("not_jellyfin") from None
    if (base := parse_address(str(target))) is None:
        raise SignInError("not_jellyfin")
    return base


def _object(answer: Answer) -> JsonObject:
    """Return the body of an answer that is one of a Jellyfin server."""
    try:
        if answer.ok:
            return answer.object()
    except ProtocolError:
        pass
    raise SignInError("not_jellyfin")


def _text(body: JsonObject, name: str) -> str:
    """Return a text that a Jellyfin server's answer has."""
    value = body.get(name)
    if isinstance(value, str) and value:
        return value
    raise SignInError("not_jellyfin")


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, none if it has none."""
    numbers: list[int] = []
    for part in version.split("."):
        digits = part.partition("-")[0]
        if not digits.isdecimal():
            break
        numbers.append(int(digits))
    return tuple(numbers)
