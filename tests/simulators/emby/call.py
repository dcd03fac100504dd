"""One request to the server, once it is known who asks."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, override

from aiohttp import web

from ..jellyfin.call import Access, Call, answer
from ..jellyfin.model import User
from ..jellyfin.refusal import Refusal
from .parameters import parse_id
from .state import EmbyState

if TYPE_CHECKING:
    from .behaviour import EmbyBehaviour
    from .server import EmbySimulator

__all__ = ["Access", "EmbyCall", "answer", "no_content", "page"]


@dataclass(frozen=True, slots=True)
class EmbyCall(Call):
    """A request with its caller; an API key has no device."""

    server: EmbySimulator

    @property
    def state(self) -> EmbyState:
        """Return what the server holds."""
        return self.server.emby_state

    @property
    def behaviour(self) -> EmbyBehaviour:
        """Return what the server is told to do its own way."""
        return self.server.emby_behaviour

    @override
    def id_in_path(self, name: str) -> str | None:
        """Return an id that is a part of the path."""
        text = self.request.match_info.get(name)
        return None if text is None else parse_id(name, text)

    @override
    def a_user(self) -> User:
        """Return the user that the request is about; refuse a request about none."""
        if (user := self.user()) is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "User not found.")
        return user

    @override
    def no_such_item(self) -> Refusal:
        """Return the refusal for a thing that is not there or not to be seen."""
        return Refusal(HTTPStatus.NOT_FOUND, "Item not found.")

    def in_path(self, name: str) -> str:
        """Return the id that the path names."""
        return self.id_in_path(name) or ""


def no_content() -> web.Response:
    """Return the answer to what needs none."""
    return web.Response(status=HTTPStatus.NO_CONTENT)


def page(rows: list[dict[str, object]], total: int) -> web.Response:
    """Return one page of a list; it does not say where it starts."""
    return answer({"Items": rows, "TotalRecordCount": total})
