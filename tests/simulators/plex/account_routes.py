"""Signing in with a PIN, and the account that one is signed in to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import count
from random import Random
import string

from aiohttp import web

from .cloud_call import CloudCall, CloudRefusal, Surface, unknown, xml
from .people import Account
from .wire import Json, respond, wants_json

SIGNS = string.ascii_uppercase + string.digits
SHORT, LONG = 4, 25
FIRST_PIN = 123_456_789
POLL = timedelta(seconds=1)
PROFILE: Json = {
    "autoSelectAudio": True,
    "defaultAudioLanguage": "en",
    "defaultSubtitleLanguage": "en",
    "autoSelectSubtitle": 0,
    "defaultSubtitleAccessibility": 0,
    "defaultSubtitleForced": 0,
    "watchedIndicator": 1,
    "mediaReviewsVisibility": 0,
}


@dataclass(slots=True, eq=False)
class Pin:
    """A code that a person enters to sign a client in."""

    id: int
    code: str
    client: str
    product: str
    created: datetime
    expires: datetime
    token: str | None = None
    polled: datetime | None = None


class Pins:
    """The codes that wait to be entered."""

    def __init__(self) -> None:
        """Start without codes; the same ones are drawn every time."""
        self._draw = Random(4)
        self._ids = count(FIRST_PIN)
        self.by_id: dict[int, Pin] = {}

    def make(
        self, client: str, product: str, now: datetime, seconds: int, *, strong: bool
    ) -> Pin:
        """Make a code, a long one to be entered by a page in the browser."""
        signs = self._draw.choices(SIGNS, k=LONG if strong else SHORT)
        code = "".join(signs).lower() if strong else "".join(signs)
        number = next(self._ids)
        pin = Pin(number, code, client, product, now, now + timedelta(seconds=seconds))
        self.by_id[number] = pin
        return pin

    def link(self, code: str, account: Account, now: datetime) -> None:
        """Let a person enter a code; KeyError if it is unknown or too old."""
        for pin in self.by_id.values():
            if pin.code.lower() == code.lower() and pin.expires > now:
                pin.token = account.token_for(pin.client)
                return
        raise KeyError(code)


def instant(moment: datetime) -> str:
    """Return a moment as the cloud writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def pin_of(pin: Pin, now: datetime) -> Json:
    """Return a code as it stands in answers."""
    return {
        "id": pin.id,
        "code": pin.code,
        "product": pin.product,
        "trusted": False,
        "qr": f"https://plex.tv/api/v2/pins/qr/{pin.code}",
        "clientIdentifier": pin.client,
        "location": {
            "code": "NL",
            "european_union_member": True,
            "continent_code": "EU",
            "country": "Netherlands",
            "city": "Utrecht",
            "time_zone": "Europe/Amsterdam",
            "postal_code": "3511",
            "in_privacy_restricted_country": True,
            "subdivisions": "Utrecht",
            "coordinates": "52.0907, 5.1214",
        },
        "expiresIn": int((pin.expires - now).total_seconds()),
        "createdAt": instant(pin.created),
        "expiresAt": instant(pin.expires),
        "authToken": pin.token,
        "newRegistration": None,
    }


def create_pin(call: CloudCall) -> web.Response:
    """Make a code for a client."""
    cloud = call.cloud
    now = cloud.clock()
    strong = (call.given("strong") or call.posted("strong")).lower() in {"true", "1"}
    product = call.sent("X-Plex-Product") or "Plex"
    pin = cloud.pins.make(call.client, product, now, cloud.pin_seconds, strong=strong)
    return respond(
        call.request,
        "pin",
        pin_of(pin, now),
        status=HTTPStatus.CREATED,
        wrapped=False,
    )


def poll_pin(call: CloudCall) -> web.Response:
    """Say whether a code was entered, to the client that it was made for."""
    cloud = call.cloud
    now = cloud.clock()
    number = call.in_path("pin")
    pin = cloud.pins.by_id.get(int(number)) if number.isdecimal() else None
    if pin is None or pin.expires <= now or pin.client != call.client:
        raise unknown("Code not found or expired")
    before, pin.polled = pin.polled, now
    if cloud.behaviour.strict_polling and before and now - before < POLL:
        raise CloudRefusal(HTTPStatus.TOO_MANY_REQUESTS, 1003, "Too many requests")
    if cloud.auto_link is not None and pin.token is None:
        pin.token = cloud.auto_link.token_for(pin.client)
    return respond(call.request, "pin", pin_of(pin, now), wrapped=False)


def link_pin(call: CloudCall) -> web.Response:
    """Let somebody who is signed in enter the code of another client."""
    code = call.posted("code") or call.given("code") or ""
    try:
        call.cloud.pins.link(code, call.account, call.cloud.clock())
    except KeyError:
        raise unknown("Code not found or expired") from None
    return web.Response(status=HTTPStatus.NO_CONTENT)


def user(call: CloudCall) -> web.Response:
    """Say whose token it is."""
    token = call.sent("X-Plex-Token") or ""
    members = user_of(call.account, call.cloud.home_size(call.account), token)
    return respond(call.request, "user", members, wrapped=False)


def subscription_of(account: Account) -> Json:
    """Return what an account has paid for."""
    return {
        "active": account.plex_pass,
        "subscribedAt": "2020-01-01 10:00:00 UTC" if account.plex_pass else None,
        "status": "Active" if account.plex_pass else "Inactive",
        "paymentService": None,
        "plan": "lifetime" if account.plex_pass else None,
        "features": ["webhooks", "home"] if account.plex_pass else [],
    }


def user_of(account: Account, home_size: int, token: str) -> Json:
    """Return an account as its owner sees it."""
    return {
        "id": account.id,
        "uuid": account.uuid,
        "username": account.username,
        "title": account.title,
        "email": account.email,
        "friendlyName": "" if account.restricted else account.title,
        "locale": None,
        "confirmed": True,
        "joinedAt": 1_500_000_000,
        "emailOnlyAuth": False,
        "hasPassword": True,
        "protected": account.pin is not None,
        "thumb": account.thumb,
        "authToken": token,
        "mailingListStatus": "unsubscribed",
        "mailingListActive": False,
        "scrobbleTypes": "",
        "country": "NL",
        "subscription": subscription_of(account),
        "subscriptionDescription": None,
        "restricted": account.restricted,
        "anonymous": None,
        "home": account.in_home,
        "guest": account.guest,
        "homeSize": home_size,
        "homeAdmin": account.is_home_admin,
        "maxHomeSize": 15,
        "rememberExpiresAt": 1_900_000_000,
        "profile": PROFILE,
        "entitlements": [],
        "roles": ["plexpass"] if account.plex_pass else [],
        "services": [],
        "adsConsent": None,
        "adsConsentSetAt": None,
        "adsConsentReminderAt": None,
        "experimentalFeatures": False,
        "twoFactorEnabled": False,
        "backupCodesCreated": False,
    }


def ping(call: CloudCall) -> web.Response:
    """Answer a sign of life of somebody who is signed in."""
    alive = call.account is not None
    if wants_json(call.request):
        return respond(call.request, "pong", alive)
    return xml("pong", alive)


def sign_out(call: CloudCall) -> web.Response:
    """End the token that was sent."""
    call.account.tokens.pop(call.sent("X-Plex-Token") or "", None)
    return web.Response(status=HTTPStatus.NO_CONTENT)


ROUTES = (
    ("POST", "/api/v2/pins", Surface.ACCOUNT, create_pin),
    ("PUT", "/api/v2/pins/link", Surface.ACCOUNT, link_pin),
    ("GET", "/api/v2/pins/{pin}", Surface.ACCOUNT, poll_pin),
    ("GET", "/api/v2/user", Surface.ACCOUNT, user),
    ("GET", "/api/v2/ping", Surface.ACCOUNT, ping),
    ("DELETE", "/api/v2/users/signout", Surface.ACCOUNT, sign_out),
)
