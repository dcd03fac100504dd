"""Who is signed in: tokens, API keys and Quick Connect."""

from dataclasses import dataclass
from http import HTTPStatus
import re
from urllib.parse import unquote

from aiohttp import web

from .model import Item, User, guid
from .refusal import VAGUE, Refusal
from .state import State
from .times import TICKS_A_MINUTE

CODE_LIFE = 10 * TICKS_A_MINUTE

# Jellyfin 12 does not take these any more; 10.11 does.
LEGACY_HEADERS = ("X-Emby-Token", "X-MediaBrowser-Token")
PART = re.compile(r'\s*(\w+)\s*=\s*(?:"([^"]*)"|([^",\s]*))\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Identity:
    """What a client says of itself in the Authorization header."""

    client: str = ""
    device: str = ""
    device_id: str = ""
    version: str = ""
    token: str = ""


@dataclass(slots=True)
class Device:
    """A signed-in device of a user."""

    token: str
    user: User
    client: str
    name: str
    device_id: str
    version: str
    last_activity: int
    playing: Item | None = None
    position: int = 0


@dataclass(slots=True)
class Pending:
    """A Quick Connect request; it has a device once a user has approved it."""

    secret: str
    code: str
    identity: Identity
    added: int
    device: Device | None = None


def identity_of(request: web.Request, *, legacy: bool) -> Identity:
    """Read who asks, from the first Authorization header or a legacy carrier."""
    header = request.headers.get("Authorization", "")
    if not header and legacy:
        header = request.headers.get("X-Emby-Authorization", "")
    scheme, _, rest = header.strip().partition(" ")
    known = {"mediabrowser", "emby"} if legacy else {"mediabrowser"}
    parts: dict[str, str] = {}
    if scheme.lower() in known:
        parts = {
            match[1].lower(): unquote(match[2] or match[3] or "")
            for match in PART.finditer(rest)
        }
    return Identity(
        client=parts.get("client", ""),
        device=parts.get("device", ""),
        device_id=parts.get("deviceid", ""),
        version=parts.get("version", ""),
        token=parts.get("token") or other_token(request, legacy=legacy),
    )


def other_token(request: web.Request, *, legacy: bool) -> str:
    """Return a token that came by another way than the Authorization header."""
    if legacy:
        for name in LEGACY_HEADERS:
            if token := request.headers.get(name):
                return token
    query = {name.lower(): value for name, value in request.query.items()}
    return query.get("apikey") or (query.get("api_key", "") if legacy else "")


class Devices:
    """The signed-in devices of a server."""

    def __init__(self, state: State) -> None:
        """Start with nobody signed in."""
        self._state = state
        self._serial = 0
        self.by_token: dict[str, Device] = {}
        self.api_keys: set[str] = set()
        self.pending: dict[str, Pending] = {}

    def _fresh(self, what: str) -> str:
        """Return 32 digits that were not given before."""
        self._serial += 1
        return guid(f"{what}:{self._state.server_id}:{self._serial}")

    def new_api_key(self) -> str:
        """Return a new API key, which no user belongs to."""
        key = self._fresh("key")
        self.api_keys.add(key)
        return key

    def by_password(self, name: str, password: str, identity: Identity) -> Device:
        """Sign a device in; refuse a wrong password or a disabled user."""
        user = self._state.user_named(name)
        if user is None:
            raise Refusal(HTTPStatus.UNAUTHORIZED, VAGUE)
        if user.disabled:
            raise Refusal(HTTPStatus.FORBIDDEN, VAGUE)
        if user.password != password:
            user.failed_logins += 1
            raise Refusal(HTTPStatus.UNAUTHORIZED, VAGUE)
        return self.sign_in(user, identity)

    def sign_in(self, user: User, identity: Identity) -> Device:
        """Sign a device in, which ends what it was signed in as before."""
        for device in list(self.by_token.values()):
            if device.user is user and device.device_id == identity.device_id:
                del self.by_token[device.token]
        now = self._state.now()
        device = Device(
            token=self._fresh("token"),
            user=user,
            client=identity.client,
            name=identity.device,
            device_id=identity.device_id,
            version=identity.version,
            last_activity=now,
        )
        self.by_token[device.token] = device
        user.last_login = user.last_activity = now
        user.failed_logins = 0
        return device

    def revoke(self, user: User) -> None:
        """Sign all devices of a user out."""
        for device in list(self.by_token.values()):
            if device.user is user:
                del self.by_token[device.token]

    def initiate(self, identity: Identity) -> Pending:
        """Start a Quick Connect request."""
        secret = self._fresh("secret") + self._fresh("secret")
        code = f"{int(secret, 16) % 1_000_000:06}"
        pending = Pending(secret, code, identity, self._state.now())
        self.pending[secret] = pending
        return pending

    def waiting(self, secret: str) -> Pending:
        """Return a Quick Connect request; refuse an unknown or expired one."""
        pending = self.pending.get(secret)
        if pending is None or self._state.now() > pending.added + CODE_LIFE:
            raise Refusal(HTTPStatus.NOT_FOUND, VAGUE)
        return pending

    def approve(self, code: str, user: User) -> None:
        """Let a user approve the Quick Connect request that shows a code.

        The device is signed in at this moment, not when it asks for its token.
        """
        for pending in self.pending.values():
            if pending.code == code and pending.device is None:
                self.waiting(pending.secret)
                pending.device = self.sign_in(user, pending.identity)
                return
        raise Refusal(HTTPStatus.NOT_FOUND, VAGUE)
