"""One request to the cloud, once it is known who asks, and the errors it answers."""

from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from aiohttp import web

from .people import Account
from .refusal import Refusal
from .wire import respond, to_xml

if TYPE_CHECKING:
    from .cloud import PlexCloudSimulator

UNAUTHORIZED = 1001
MISSING = 1000


class Surface(Enum):
    """The hosts that one simulator stands in for, by how they behave."""

    ACCOUNT = auto()

    DISCOVER = auto()
    METADATA = auto()


class CloudRefusal(Refusal):
    """The cloud answers with an error, in the language that was asked for."""

    def __init__(self, status: HTTPStatus, code: int, message: str) -> None:
        """Refuse with a status, a number and a text."""
        super().__init__(status)
        self.code = code
        self.message = message

    def told(self, request: web.Request) -> web.Response:
        """Return the answer."""
        error = {
            "code": self.code,
            "message": self.message,
            "status": int(self.status),
        }
        if request.path.startswith("/api/v2/"):
            body: object = {"errors": [error]}
            if "json" in request.headers.get("Accept", ""):
                return web.json_response(body, status=self.status)
            return xml("errors", [error], self.status)
        if request.path.startswith("/api/"):
            return xml("errors", [self.message], self.status)
        told = {
            "error": self.status.phrase,
            "message": self.message,
            "statusCode": int(self.status),
        }
        return respond(request, "Error", told, status=self.status)


def xml(name: str, members: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Return an answer that is XML whatever the client asks for."""
    return web.Response(
        status=status, body=to_xml(name, members), content_type="application/xml"
    )


def unauthorized() -> CloudRefusal:
    """Return the refusal of somebody unknown."""
    return CloudRefusal(
        HTTPStatus.UNAUTHORIZED, UNAUTHORIZED, "User could not be authenticated"
    )


def unknown(message: str = "Not Found") -> CloudRefusal:
    """Return the refusal for what is not there."""
    return CloudRefusal(HTTPStatus.NOT_FOUND, 1020, message)


@dataclass(frozen=True, slots=True)
class CloudCall:
    """A request with the one who asks."""

    cloud: PlexCloudSimulator
    request: web.Request
    surface: Surface
    asking: Account | None
    body: bytes

    @property
    def account(self) -> Account:
        """Return who asks; refuse a request of nobody."""
        if self.asking is None:
            raise unauthorized()
        return self.asking

    @property
    def client(self) -> str:
        """Return the client that asks; refuse one without a name."""
        if (client := self.sent("X-Plex-Client-Identifier")) is None:
            raise CloudRefusal(
                HTTPStatus.BAD_REQUEST, MISSING, "X-Plex-Client-Identifier is missing"
            )
        return client

    def check_client(self) -> None:
        """Refuse a client without a name."""
        assert self.client

    def given(self, name: str) -> str | None:
        """Return a parameter; None if it is missing or empty."""
        return self.request.query.get(name) or None

    def sent(self, name: str) -> str | None:
        """Return what stands in a header or, of the same name, in the query."""
        return self.request.headers.get(name) or self.given(name)

    def posted(self, name: str) -> str:
        """Return a value from a form or from an object in the body."""
        if self.request.content_type == "application/json":
            sent = json.loads(self.body or b"{}")
            return str(sent.get(name, "")) if isinstance(sent, dict) else ""
        return parse_qs(self.body.decode()).get(name, [""])[0]

    def in_path(self, name: str) -> str:
        """Return a part of the path."""
        return self.request.match_info[name]
