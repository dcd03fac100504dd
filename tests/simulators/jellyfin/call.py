"""One request to the server, once it is known who asks."""

from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
import json
from typing import TYPE_CHECKING

from aiohttp import web
import orjson

from .devices import Device, Identity
from .model import Item, User
from .parameters import Parameters, parse_guid
from .refusal import Problem, Refusal, invalid, not_found

if TYPE_CHECKING:
    from .server import JellyfinSimulator


class Access(Enum):
    """Who may ask."""

    ANYONE = auto()
    SIGNED_IN = auto()
    ADMIN = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its caller; an API key has no device."""

    server: JellyfinSimulator
    request: web.Request
    identity: Identity
    parameters: Parameters
    body: bytes
    device: Device | None = None
    is_api_key: bool = False

    @property
    def is_admin(self) -> bool:
        """Return whether the caller may do everything."""
        return self.is_api_key or (self.device is not None and self.device.user.admin)

    def user(self) -> User | None:
        """Return the user that the request is about; None for a bare API key.

        Only an administrator may ask about another user than oneself.
        """
        own = self.device.user if self.device else None
        wanted = self.id_in_path("userId") or self.parameters.id("userId")
        if wanted is None or (own is not None and own.id == wanted):
            return own
        if not self.is_admin:
            raise Refusal(HTTPStatus.FORBIDDEN)
        if (user := self.server.state.users.get(wanted)) is None:
            raise not_found()
        return user

    def a_user(self) -> User:
        """Return the user that the request is about; refuse a request about none."""
        if (user := self.user()) is None:
            raise Problem(HTTPStatus.NOT_FOUND)
        return user

    def id_in_path(self, name: str) -> str | None:
        """Return an id that is a part of the path."""
        if (text := self.request.match_info.get(name)) is None:
            return None
        if (found := parse_guid(text)) is None:
            raise invalid(name, text)
        return found

    def item(self, user: User | None) -> Item:
        """Return the item that the path names, if the user may see it."""
        item = self.server.state.visible(self.id_in_path("itemId") or "", user)
        if item is None:
            raise self.no_such_item()
        return item

    def no_such_item(self) -> Refusal:
        """Return the refusal for a thing that is not there or not to be seen."""
        return not_found()

    def json(self) -> dict[str, object]:
        """Return the JSON object that was sent, its names in lower case.

        The server does not care for their case, and other clients count on it.
        """
        if self.request.content_type not in {"application/json", "text/json"}:
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            sent = json.loads(self.body)
        except ValueError:
            raise invalid("$", "body") from None
        if not isinstance(sent, dict):
            raise invalid("$", "body")
        return {str(name).lower(): value for name, value in sent.items()}


def answer(value: object) -> web.Response:
    """Return a JSON answer."""
    return web.Response(
        body=orjson.dumps(value), content_type="application/json", charset="utf-8"
    )


def no_content() -> web.Response:
    """Return the answer to what needs none."""
    return web.Response(status=HTTPStatus.NO_CONTENT)


def page(rows: list[dict[str, object]], total: int, start: int) -> web.Response:
    """Return one page of a list."""
    return answer({"Items": rows, "TotalRecordCount": total, "StartIndex": start})
