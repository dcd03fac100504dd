"""Apps, device codes and tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import token_hex

from .model import JsonObject
from .refusal import OAuthRefusal, Refusal

VERIFICATION_URL = "https://trakt.tv/activate"
# Polls sent an interval apart arrive a little less than that apart at times.
LEEWAY = 0.1


@dataclass(slots=True)
class App:
    """A registered application; a dead one is refused everywhere."""

    client_id: str
    client_secret: str
    name: str = "CrossWatch"
    dead: bool = False


class DeviceState(StrEnum):
    """What became of a device code."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    USED = "used"


@dataclass(slots=True)
class Device:
    """A device that waits for its user's consent."""

    code: str
    user_code: str
    client_id: str
    expires_at: float
    state: DeviceState = DeviceState.PENDING
    username: str = ""
    polls: int = 0
    polled_at: float | None = None


@dataclass(slots=True)
class Token:
    """An access token with the refresh token that came with it."""

    access: str
    refresh: str
    client_id: str
    username: str
    created_at: float
    expires_in: int

    def as_json(self) -> JsonObject:
        """Return the token as the service hands it out."""
        return {
            "access_token": self.access,
            "token_type": "bearer",
            "expires_in": self.expires_in,
            "refresh_token": self.refresh,
            "scope": "public",
            "created_at": int(self.created_at),
        }


class OAuth:
    """The service's sign-in: who is let in, by which app, for how long.

    Attributes that a test or the demo may set: `token_lifetime`, `device_lifetime`,
    `interval` (0 lets clients poll as fast as they like), and `auto_approve`: the
    user, and the number of polls after which the code counts as approved by them.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Start without apps and tokens."""
        self._now = now
        self.token_lifetime = 604_800
        self.device_lifetime = 600
        self.interval = 5
        self.auto_approve: tuple[str, int] | None = None
        self.apps: dict[str, App] = {}
        self.devices: dict[str, Device] = {}
        self.refreshes = 0
        self._by_access: dict[str, Token] = {}
        self._by_refresh: dict[str, Token] = {}

    def app(self, client_id: object, secret: object = None) -> App:
        """Return a living app; a secret, if given, must be its own."""
        app = self.apps.get(client_id) if isinstance(client_id, str) else None
        if app is None or app.dead:
            raise Refusal(403, "Invalid API key or unapproved app")
        if secret is not None and secret != app.client_secret:
            raise OAuthRefusal(401, "invalid_client", "Client authentication failed")
        return app

    def request_code(self, client_id: object) -> JsonObject:
        """Begin the sign-in of a device."""
        app = self.app(client_id)
        device = Device(
            code=token_hex(32),
            user_code=token_hex(4).upper(),
            client_id=app.client_id,
            expires_at=self._seconds() + self.device_lifetime,
        )
        self.devices[device.code] = device
        return {
            "device_code": device.code,
            "user_code": device.user_code,
            "verification_url": VERIFICATION_URL,
            "expires_in": self.device_lifetime,
            "interval": self.interval,
        }

    def poll(self, code: object, client_id: object, secret: object) -> JsonObject:
        """Return the token of an approved device; refuse in the documented ways."""
        app = self.app(client_id, secret if isinstance(secret, str) else "")
        device = self.devices.get(code) if isinstance(code, str) else None
        if device is None or device.client_id != app.client_id:
            raise Refusal(404)
        if device.state is DeviceState.USED:
            raise Refusal(409)
        if device.state is DeviceState.DENIED:
            raise Refusal(418)
        if self._seconds() >= device.expires_at:
            raise Refusal(410)
        self._pace(device)
        if self.auto_approve is not None and device.polls >= self.auto_approve[1]:
            self.approve(device.user_code, self.auto_approve[0])
        if device.state is DeviceState.PENDING:
            raise Refusal(400)
        device.state = DeviceState.USED
        return self.issue(app.client_id, device.username).as_json()

    def _pace(self, device: Device) -> None:
        """Refuse a poll that comes too early after the one before."""
        now, before = self._seconds(), device.polled_at
        device.polled_at = now
        if before is not None and now - before < self.interval - LEEWAY:
            raise Refusal(429, headers={"Retry-After": str(self.interval)})
        device.polls += 1

    def issue(self, client_id: str, username: str) -> Token:
        """Make a token, as if the user had gone through the sign-in."""
        token = Token(
            access=token_hex(32),
            refresh=token_hex(32),
            client_id=client_id,
            username=username,
            created_at=self._seconds(),
            expires_in=self.token_lifetime,
        )
        self._by_access[token.access] = token
        self._by_refresh[token.refresh] = token
        return token

    def refresh(self, body: JsonObject) -> JsonObject:
        """Return a new pair of tokens for a refresh token, which dies by that.

        The old access token dies too: a guess, and the harder case for a client.
        """
        secret = body.get("client_secret")
        app = self.app(body.get("client_id"), secret if isinstance(secret, str) else "")
        if body.get("grant_type") != "refresh_token":
            raise OAuthRefusal(
                400, "unsupported_grant_type", "The grant type is not supported"
            )
        sent = body.get("refresh_token")
        token = self._by_refresh.get(sent) if isinstance(sent, str) else None
        if token is None or token.client_id != app.client_id:
            raise OAuthRefusal(
                400,
                "invalid_grant",
                "The refresh token is invalid, expired, revoked or of another client",
            )
        self._forget(token)
        self.refreshes += 1
        return self.issue(app.client_id, token.username).as_json()

    def revoke(self, body: JsonObject) -> None:
        """End a token; one that is not known is no error."""
        secret = body.get("client_secret")
        app = self.app(body.get("client_id"), secret if isinstance(secret, str) else "")
        sent = body.get("token")
        token = self._by_access.get(sent) if isinstance(sent, str) else None
        if token is not None and token.client_id == app.client_id:
            self._forget(token)

    def username(self, access: str, app: App) -> str:
        """Return whose token it is; refuse one that is unknown, old or another's."""
        token = self._by_access.get(access)
        if (
            token is None
            or token.client_id != app.client_id
            or self._seconds() >= token.created_at + token.expires_in
        ):
            raise Refusal(401)
        return token.username

    def approve(self, user_code: str, username: str) -> None:
        """Consent, as the user does on the activation page."""
        device = self._pending(user_code)
        device.state, device.username = DeviceState.APPROVED, username

    def deny(self, user_code: str) -> None:
        """Refuse consent, as the user does on the activation page."""
        self._pending(user_code).state = DeviceState.DENIED

    def expire_codes(self) -> None:
        """Let all device codes run out now."""
        for device in self.devices.values():
            device.expires_at = self._seconds()

    def expire_tokens(self, username: str | None = None) -> None:
        """Let the access tokens (of one user) run out; they can be refreshed."""
        for token in self.tokens(username):
            token.created_at = self._seconds() - token.expires_in

    def revoke_tokens(self, username: str | None = None) -> None:
        """Disconnect the apps (of one user): neither token is worth anything now."""
        for token in self.tokens(username):
            self._forget(token)

    def kill_app(self, client_id: str) -> None:
        """Let an app die, as those of users without VIP did."""
        self.apps[client_id].dead = True

    def tokens(self, username: str | None = None) -> list[Token]:
        """Return the tokens that were not refreshed or revoked yet."""
        return [
            token
            for token in self._by_refresh.values()
            if username in (None, token.username)
        ]

    def _pending(self, user_code: str) -> Device:
        """Return the device that shows a code and still waits."""
        for device in self.devices.values():
            if device.user_code == user_code and device.state is DeviceState.PENDING:
                return device
        raise KeyError(user_code)

    def _forget(self, token: Token) -> None:
        """Remove both halves of a token."""
        self._by_access.pop(token.access, None)
        self._by_refresh.pop(token.refresh, None)

    def _seconds(self) -> float:
        """Return the present moment in seconds."""
        return self._now().timestamp()
