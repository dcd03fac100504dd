"""Signing in, staying signed in, and being thrown out."""

import aiohttp
import pytest

from ..clock import Clock
from . import TraktSimulator
from .conftest import Api, Reply

CODE = "/oauth/device/code"
POLL = "/oauth/device/token"
TOKEN = "/oauth/token"
REVOKE = "/oauth/revoke"


class Device:
    """A device that signs in."""

    def __init__(self, trakt: TraktSimulator, session: aiohttp.ClientSession) -> None:
        """Send only what OAuth needs."""
        self.trakt = trakt
        headers = {"Content-Type": "application/json", "User-Agent": "Test"}
        self.api = Api(trakt.url, session, headers)
        self.secrets = {
            "client_id": trakt.CLIENT_ID,
            "client_secret": trakt.CLIENT_SECRET,
        }

    async def begin(self) -> dict[str, object]:
        """Ask for a code."""
        reply = await self.api.post(CODE, {"client_id": self.secrets["client_id"]})
        assert reply.status == 200
        return reply.data

    async def poll(self, code: object) -> Reply:
        """Ask for the token."""
        return await self.api.post(POLL, {"code": code, **self.secrets})

    async def refresh(self, token: object, **changes: str) -> Reply:
        """Ask for a new token."""
        body = {
            "refresh_token": token,
            "grant_type": "refresh_token",
            **self.secrets,
            **changes,
        }
        return await self.api.post(TOKEN, body)

    async def signed_in(self) -> dict[str, object]:
        """Go through the whole sign-in and return the token."""
        begun = await self.begin()
        self.trakt.approve(str(begun["user_code"]))
        return (await self.poll(begun["device_code"])).data

    async def status_with(self, access: object) -> int:
        """Return what a request with an access token is answered with."""
        headers = self.trakt.headers() | {"Authorization": f"Bearer {access}"}
        reply = await self.api.call("GET", "/sync/last_activities", headers=headers)
        return reply.status


@pytest.fixture
def device(trakt: TraktSimulator, session: aiohttp.ClientSession) -> Device:
    """Return a device."""
    return Device(trakt, session)


async def test_code(device: Device) -> None:
    """A code comes with where to type it and how often to ask."""
    begun = await device.begin()
    assert len(str(begun["device_code"])) == 64
    assert len(str(begun["user_code"])) == 8
    assert begun["verification_url"] == "https://trakt.tv/activate"
    assert (begun["expires_in"], begun["interval"]) == (600, 5)


async def test_approved_once(device: Device, clock: Clock) -> None:
    """A code is pending, then good for one token, then used."""
    begun = await device.begin()
    pending = await device.poll(begun["device_code"])
    assert (pending.status, pending.text) == (400, "")
    clock.move(seconds=5)
    device.trakt.approve(str(begun["user_code"]))
    token = await device.poll(begun["device_code"])
    assert token.status == 200
    assert token.data == {
        "access_token": token.data["access_token"],
        "refresh_token": token.data["refresh_token"],
        "token_type": "bearer",
        "scope": "public",
        "expires_in": 604_800,
        "created_at": int(clock.now.timestamp()),
    }
    clock.move(seconds=5)
    assert (await device.poll(begun["device_code"])).status == 409
    assert await device.status_with(token.data["access_token"]) == 200


async def test_approved_by_another(device: Device) -> None:
    """The token belongs to the user who approved."""
    begun = await device.begin()
    bob = device.trakt.add_account("Bob")
    device.trakt.approve(str(begun["user_code"]), bob)
    token = (await device.poll(begun["device_code"])).data
    assert [each.access for each in device.trakt.oauth.tokens("bob")] == [
        token["access_token"]
    ]
    assert await device.status_with(token["access_token"]) == 200


async def test_denied(device: Device) -> None:
    """A person can say no."""
    begun = await device.begin()
    device.trakt.deny(str(begun["user_code"]))
    assert (await device.poll(begun["device_code"])).status == 418


async def test_expired(device: Device, clock: Clock) -> None:
    """A code runs out, also if it is approved too late to be fetched."""
    begun = await device.begin()
    device.trakt.approve(str(begun["user_code"]))
    clock.move(seconds=600)
    assert (await device.poll(begun["device_code"])).status == 410
    begun = await device.begin()
    device.trakt.oauth.expire_codes()
    assert (await device.poll(begun["device_code"])).status == 410


async def test_unknown_code(device: Device) -> None:
    """A code that was never given, or to another app, is unknown."""
    assert (await device.poll("nonsense")).status == 404
    begun = await device.begin()
    device.trakt.add_app("other", "secret")
    device.secrets = {"client_id": "other", "client_secret": "secret"}
    assert (await device.poll(begun["device_code"])).status == 404


async def test_too_fast(device: Device, clock: Clock) -> None:
    """Polling faster than the interval is refused, however often it is tried."""
    begun = await device.begin()
    assert (await device.poll(begun["device_code"])).status == 400
    clock.move(seconds=3)
    slow_down = await device.poll(begun["device_code"])
    assert slow_down.status == 429
    assert slow_down.headers["Retry-After"] == "5"
    clock.move(seconds=3)
    assert (await device.poll(begun["device_code"])).status == 429
    clock.move(seconds=5)
    assert (await device.poll(begun["device_code"])).status == 400


async def test_auto_approve(device: Device) -> None:
    """For the demo a code can approve itself after some polls."""
    device.trakt.oauth.interval = 0
    device.trakt.approve_by_itself(3)
    begun = await device.begin()
    codes = [(await device.poll(begun["device_code"])).status for _ in range(4)]
    assert codes == [400, 400, 200, 409]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        pytest.param({"client_id": "unknown"}, 403, id="unknown app"),
        pytest.param({"client_secret": "wrong"}, 401, id="wrong secret"),
        pytest.param({"client_secret": None}, 401, id="no secret"),
    ],
)
async def test_bad_client(device: Device, wrong: dict[str, str], status: int) -> None:
    """Only the app itself gets, renews and ends its tokens."""
    begun = await device.begin()
    token = await device.signed_in()
    device.secrets |= wrong
    assert (await device.poll(begun["device_code"])).status == status
    assert (await device.refresh(token["refresh_token"])).status == status
    revoked = await device.api.post(
        REVOKE, {"token": token["access_token"], **device.secrets}
    )
    assert revoked.status == status
    assert await device.status_with(token["access_token"]) == 200


async def test_refresh_is_single_use(device: Device) -> None:
    """A refresh gives new tokens and ends the old ones."""
    old = await device.signed_in()
    new = await device.refresh(old["refresh_token"])
    assert new.status == 200
    assert await device.status_with(new.data["access_token"]) == 200
    assert await device.status_with(old["access_token"]) == 401
    again = await device.refresh(old["refresh_token"])
    assert again.status == 400
    assert again.data["error"] == "invalid_grant"
    assert device.trakt.oauth.refreshes == 1


async def test_unsupported_grant(device: Device) -> None:
    """The retired browser flow is not served."""
    token = await device.signed_in()
    reply = await device.refresh(
        token["refresh_token"], grant_type="authorization_code"
    )
    assert (reply.status, reply.data["error"]) == (400, "unsupported_grant_type")


async def test_token_expires(device: Device, clock: Clock) -> None:
    """An access token ends by itself and can be refreshed."""
    device.trakt.oauth.token_lifetime = 60
    token = await device.signed_in()
    assert token["expires_in"] == 60
    clock.move(seconds=59)
    assert await device.status_with(token["access_token"]) == 200
    clock.move(seconds=1)
    assert await device.status_with(token["access_token"]) == 401
    assert (await device.refresh(token["refresh_token"])).status == 200


async def test_revoke(device: Device) -> None:
    """A revoked token is worth nothing, nor is what came with it."""
    token = await device.signed_in()
    body = {"token": token["access_token"], **device.secrets}
    revoked = await device.api.post(REVOKE, body)
    assert (revoked.status, revoked.text) == (200, "")
    assert await device.status_with(token["access_token"]) == 401
    assert (await device.refresh(token["refresh_token"])).status == 400
    assert (await device.api.post(REVOKE, body)).status == 200


async def test_by_hand(device: Device) -> None:
    """Tests can expire and revoke the tokens of one user."""
    token = await device.signed_in()
    bob = device.trakt.add_account("Bob")
    other = device.trakt.sign_in(bob)
    device.trakt.oauth.expire_tokens("alice")
    assert await device.status_with(token["access_token"]) == 401
    assert await device.status_with(other.access) == 200
    renewed = (await device.refresh(token["refresh_token"])).data
    device.trakt.oauth.revoke_tokens("alice")
    assert await device.status_with(renewed["access_token"]) == 401
    assert (await device.refresh(renewed["refresh_token"])).status == 400
    assert await device.status_with(other.access) == 200


async def test_dead_app(device: Device, api: Api) -> None:
    """An app that was removed is refused everywhere, public pages too."""
    token = await device.signed_in()
    begun = await device.begin()
    device.trakt.oauth.kill_app(device.trakt.CLIENT_ID)
    code = await device.api.post(CODE, {"client_id": device.trakt.CLIENT_ID})
    assert code.status == 403
    assert (await device.poll(begun["device_code"])).status == 403
    assert (await device.refresh(token["refresh_token"])).status == 403
    assert await device.status_with(token["access_token"]) == 403
    assert (await api.get("/movies/1")).status == 403


async def test_token_of_another_app(trakt: TraktSimulator, api: Api) -> None:
    """A token is good only with the key of the app that it was given to."""
    trakt.add_app("other", "secret")
    reply = await api.call("GET", "/users/settings", headers={"trakt-api-key": "other"})
    assert reply.status == 401


@pytest.mark.parametrize("path", [CODE, POLL, TOKEN, REVOKE])
async def test_content_type(device: Device, path: str) -> None:
    """OAuth wants JSON too."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await device.api.call("POST", path, {}, headers=form)
    assert reply.status == 412


async def test_hosts(device: Device, api: Api) -> None:
    """The host for OAuth serves nothing else; the other one serves both."""
    at_auth = {"X-Forwarded-Host": "auth.trakt.tv"}
    body = {"client_id": device.trakt.CLIENT_ID}
    for headers in (at_auth, {"X-Forwarded-Host": "api.trakt.tv"}):
        reply = await device.api.call("POST", CODE, body, headers=headers)
        assert reply.status == 200
    reply = await api.call("GET", "/users/me", headers=at_auth)
    assert reply.status == 404


async def test_signing_in_is_no_write(device: Device) -> None:
    """Requests to sign in do not count as writes."""
    await device.signed_in()
    assert device.trakt.count("POST") == 2
    assert device.trakt.writes() == 0
