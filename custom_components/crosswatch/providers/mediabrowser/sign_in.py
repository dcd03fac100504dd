"""Signs a person in to a server with a password; what both families have in common."""

from abc import abstractmethod
from typing import ClassVar, Final, NamedTuple, override

from yarl import URL

from ...engine.provider import ProtocolError, ProviderError
from ..http import Answer, HttpClient, JsonObject, SlowDownError, StatusError, TlsError
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
from .account import account_info
from .address import parse_address
from .answering import http_client

_PUBLIC_INFO: Final = "/System/Info/Public"
_MOST_REQUESTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class FoundAt(NamedTuple):
    """A server that was found to be one of a fitting kind and version."""

    url: str
    verify_ssl: bool
    name: str
    version: str
    http: HttpClient


class MediaBrowserSignIn(SignIn):
    """One attempt to sign in to a server.

    `not_mine` is the error for a server of another kind, `oldest` the first version
    that will do.
    """

    not_mine: ClassVar[str]
    oldest: ClassVar[tuple[int, ...]]

    fields = (
        FormField("url", FieldKind.URL),
        FormField("username", FieldKind.TEXT),
        FormField("password", FieldKind.SECRET, required=False),
        FormField("verify_ssl", FieldKind.SWITCH, default=True),
    )

    def __init__(self, context: SignInContext) -> None:
        """Start without having asked anything."""
        self._context = context
        self._server: FoundAt | None = None
        self._secrets: set[str] = set()

    @abstractmethod
    def _headers(self) -> dict[str, str]:
        """Return the headers by which a server knows who signs in."""

    @abstractmethod
    def _is_mine(self, info: JsonObject) -> bool:
        """Tell whether a server of this kind describes itself; names in lower case."""

    @override
    async def begin(self, answers: Answers) -> SignedIn | DeviceCode:
        """Sign in with a name and a password, which may be empty."""
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
        return await self._without_name(server)

    @override
    async def finish(self, code: DeviceCode) -> SignedIn:
        """Refuse: only some servers give a code."""
        raise SignInError("code_expired")

    async def _without_name(self, server: FoundAt) -> DeviceCode:
        """Begin another way to sign in, where there is one."""
        raise SignInError("username_required")

    async def _find(self, url: str, verify_ssl: bool) -> FoundAt:
        """Return the server at an address, if it will do."""
        http = http_client(
            self._context.session(verify_ssl),
            self._context.limiters,
            url,
            self._headers(),
            lambda: self._secrets,
        )
        for _ in range(_MOST_REQUESTS):
            answer = await ask(http, "GET", f"{url}{_PUBLIC_INFO}")
            if answer.status not in _REDIRECTS:
                break
            # A proxy that insists on https, or a server below a path of its host.
            # Nothing secret was sent yet.
            url = self._moved_to(url, answer.headers.get("Location", ""))
        # A server that is starting writes the names in another case.
        info = {name.lower(): value for name, value in self._object(answer).items()}
        if not self._is_mine(info):
            raise SignInError(self.not_mine)
        version = str(info.get("version") or "")
        if (numbers := _numbers(version)) and numbers < self.oldest:
            minimum = ".".join(map(str, self.oldest))
            raise SignInError("version_too_old", version=version, minimum=minimum)
        name = str(info.get("servername") or "")
        return FoundAt(url, verify_ssl, name, version, http)

    async def _with_password(
        self, server: FoundAt, username: str, password: str
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

    async def _ask(
        self, server: FoundAt, method: str, path: str, body: JsonObject | None = None
    ) -> Answer:
        """Return the server's answer; raises SignInError where it cannot be had."""
        return await ask(server.http, method, f"{server.url}{path}", body)

    def _signed_in(self, server: FoundAt, answer: Answer) -> SignedIn:
        """Return what to keep of a login."""
        if answer.status == 403:
            raise SignInError("user_disabled")
        body = self._object(answer)
        user = body.get("User")
        if not isinstance(user, dict):
            raise SignInError(self.not_mine)
        try:
            info = account_info(user, server.name, server.version)
        except ProtocolError:
            raise SignInError(self.not_mine) from None
        data: JsonObject = {
            "url": server.url,
            "verify_ssl": server.verify_ssl,
            "user_id": self._text(user, "Id"),
            "server_id": self._text(user, "ServerId"),
            "token": self._text(body, "AccessToken"),
            "device_id": self._context.device_id,
            "username": self._text(user, "Name"),
        }
        return SignedIn(data=data, info=info)

    def _moved_to(self, url: str, location: str) -> str:
        """Return the base address to which a server's description has moved.

        A server below a path sends those who do not name it to its web client.
        """
        try:
            target = URL(f"{url}{_PUBLIC_INFO}").join(URL(location))
            if target.path.lower().endswith(_PUBLIC_INFO.lower()):
                target = target.with_path(target.path[: -len(_PUBLIC_INFO)])
        except ValueError:
            raise SignInError(self.not_mine) from None
        if (base := parse_address(str(target))) is None:
            raise SignInError(self.not_mine)
        return base

    def _object(self, answer: Answer) -> JsonObject:
        """Return the body of an answer that is one of such a server."""
        try:
            if answer.ok:
                return answer.object()
        except ProtocolError:
            pass
        raise SignInError(self.not_mine)

    def _text(self, body: JsonObject, name: str) -> str:
        """Return a text that such a server's answer has."""
        value = body.get(name)
        if isinstance(value, str) and value:
            return value
        raise SignInError(self.not_mine)


async def ask(
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


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, none if it has none."""
    numbers: list[int] = []
    for part in version.split("."):
        digits = part.partition("-")[0]
        if not digits.isdecimal():
            break
        numbers.append(int(digits))
    return tuple(numbers)
