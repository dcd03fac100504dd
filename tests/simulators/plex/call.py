"""One request to a media server, once it is known who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeGuard

from aiohttp import web

from .model import Item, Section, Viewer
from .refusal import Refusal, bad_request, not_found
from .wire import Json, respond

if TYPE_CHECKING:
    from .server import PlexServerSimulator

IDENTIFIER = "com.plexapp.plugins.library"
START = "X-Plex-Container-Start"
SIZE = "X-Plex-Container-Size"
TOTAL = "X-Plex-Container-Total-Size"


class Access(Enum):
    """Who may ask."""

    ANYONE = auto()
    VIEWER = auto()
    OWNER = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """A request with the one who asks."""

    server: PlexServerSimulator
    request: web.Request
    asking: Viewer | None

    @property
    def viewer(self) -> Viewer:
        """Return who asks; refuse a request of nobody."""
        if self.asking is None:
            raise Refusal(HTTPStatus.UNAUTHORIZED)
        return self.asking

    @property
    def listed_for(self) -> Viewer:
        """Return whose lists are shown, which is not always who asks."""
        other = self.server.behaviour.lists_of
        return self.viewer if other is None else self.server.viewer(other)

    def given(self, name: str) -> str | None:
        """Return a parameter; None if it is missing or empty."""
        return self.request.query.get(name) or None

    def sent(self, name: str) -> str | None:
        """Return what stands in a header or, of the same name, in the query."""
        return self.request.headers.get(name) or self.given(name)

    def number(self, name: str) -> float | None:
        """Return a parameter that is a number."""
        if (text := self.given(name)) is None:
            return None
        try:
            return float(text)
        except ValueError:
            raise bad_request() from None

    def on(self, name: str) -> bool:
        """Return whether a switch is on."""
        return self.given(name) in {"1", "true"}

    def sections(self) -> list[Section]:
        """Return the sections that the one who asks may see."""
        sections = self.server.library.sections.values()
        return [section for section in sections if self.viewer.sees(section)]

    def section(self) -> Section:
        """Return the section that the path names."""
        section = self.server.library.sections.get(self.request.match_info["section"])
        if section is None or not self.viewer.sees(section):
            raise not_found()
        return section

    def item(self, key: str) -> Item:
        """Return an item of a key, if the one who asks may see it."""
        item = self.server.library.items.get(int(key)) if key.isdecimal() else None
        if item is None or not self.viewer.sees(item.section):
            raise not_found()
        return item

    def meant(self) -> Item:
        """Return the item that a change is about, by its key or its address."""
        if self.given("identifier") != IDENTIFIER:
            raise bad_request() if self.given("identifier") is None else not_found()
        if (key := self.given("key")) is not None:
            return self.item(key)
        if (uri := self.given("uri")) is not None:
            return self.item(uri.rpartition("/")[2])
        raise bad_request()


def container(call: Call, members: Json) -> web.Response:
    """Return an answer that is no list."""
    return respond(call.request, "MediaContainer", members)


def paged(call: Call, name: str, rows: Sequence[object], about: Json) -> web.Response:
    """Return the part of a list that was asked for, as the client sees lists.

    Only a request for a part is told how long the whole list is, and a list without
    rows has no member for them.
    """
    page, members, headers = part_of(call, rows)
    members |= about
    if page:
        members[name] = page
    return respond(call.request, "MediaContainer", members, headers=headers)


def part_of[Row](
    call: Call, rows: Sequence[Row]
) -> tuple[Sequence[Row], Json, dict[str, str]]:
    """Return a part of a list and what is said of it in the body and the headers."""
    behaviour = call.server.behaviour
    total = len(rows)
    if behaviour.empty_lists:
        rows = []
    if behaviour.cut_lists is not None:
        rows = rows[: behaviour.cut_lists]
    if not behaviour.honest_total or behaviour.empty_lists:
        total = len(rows)
    start, size = call.sent(START), call.sent(SIZE)
    if behaviour.ignores_paging or (start is None and size is None):
        page = rows[: behaviour.largest_page]
        return page, {"size": len(page)}, {}
    first, most = whole(start, 0), whole(size, total)
    if behaviour.largest_page is not None:
        most = min(most, behaviour.largest_page)
    page = rows[first : first + most]
    members: Json = {"size": len(page), "totalSize": total, "offset": first}
    if not behaviour.counts_lists:
        return page, {"size": len(page), "offset": first}, {}
    return page, members, {START: str(first), TOTAL: str(total)}


def whole(text: str | None, default: int) -> int:
    """Return a whole number that is not negative."""
    if text is None:
        return default
    if not is_whole(text):
        raise bad_request()
    return int(text)


def is_whole(text: str | None) -> TypeGuard[str]:
    """Return whether a text is a whole number that is not negative."""
    return text is not None and text.isdecimal()
