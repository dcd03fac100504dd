"""The lists of the library: which calls fetch them, and how they are read whole."""

import asyncio
from collections.abc import Sequence
from itertools import batched
from typing import Final, NamedTuple

from ...engine.model import MediaKind
from ...engine.provider import ProtocolError
from ..http import JsonObject, JsonValue
from .rows import ID_NAMES
from .rpc import Call, Reply, RpcClient, result_of

# Entries without their ids are quick to list; each one's ids are a query of their own.
STATE_PAGE: Final = 5000
FACTS_PAGE: Final = 1000
# No library is larger; a server that claims so would be asked for pages without end.
MOST_ROWS: Final = 1_000_000
# So many pages are asked for at once.
_PAGES_AT_ONCE: Final = 2
_ATTEMPTS: Final = 2

_STATE: Final = ["file", "playcount", "lastplayed", "userrating", "resume", "runtime"]
_PLACE: Final = ["season", "episode", "tvshowid"]
_FACTS: Final = ["file", "title", "uniqueid"]

STATE_FIELDS: Final = {
    MediaKind.MOVIE: _STATE,
    MediaKind.EPISODE: [*_STATE, *_PLACE],
    MediaKind.SHOW: ["file", "userrating"],
}
FACTS_FIELDS: Final = {
    MediaKind.MOVIE: [*_FACTS, "year"],
    MediaKind.EPISODE: [*_FACTS, *_PLACE],
    MediaKind.SHOW: [*_FACTS, "year"],
}

_NAMES: Final = {
    MediaKind.MOVIE: ("GetMovies", "movies"),
    MediaKind.EPISODE: ("GetEpisodes", "episodes"),
    MediaKind.SHOW: ("GetTVShows", "tvshows"),
}
_DETAILS: Final = {
    MediaKind.MOVIE: ("MovieDetails", "moviedetails"),
    MediaKind.EPISODE: ("EpisodeDetails", "episodedetails"),
    MediaKind.SHOW: ("TVShowDetails", "tvshowdetails"),
}


class Listing(NamedTuple):
    """One list: of which kind, with which fields, and of which entries only."""

    kind: MediaKind
    params: JsonObject

    def call(self, start: int, end: int) -> Call:
        """Return the call that fetches a part of the list."""
        limits: dict[str, JsonValue] = {"start": start, "end": end}
        method, _ = _NAMES[self.kind]
        return Call(f"VideoLibrary.{method}", {**self.params, "limits": limits})


class Page(NamedTuple):
    """A part of a list, and how long the whole list is."""

    rows: list[JsonValue]
    total: int


def facts_listing(kind: MediaKind) -> Listing:
    """Return the list of what all entries of a kind are."""
    return Listing(kind, {"properties": list[JsonValue](FACTS_FIELDS[kind])})


def state_listing(kind: MediaKind) -> Listing:
    """Return the list of all entries of a kind that somebody did something with."""
    rules: list[JsonValue] = [_more_than_none("userrating")]
    if kind is not MediaKind.SHOW:
        begun: JsonValue = {"field": "inprogress", "operator": "true", "value": ""}
        rules = [_more_than_none("playcount"), begun, *rules]
    return Listing(
        kind,
        {
            "properties": list[JsonValue](STATE_FIELDS[kind]),
            "filter": {"or": rules},
        },
    )


def details_call(kind: MediaKind, entry_id: int, fields: Sequence[str]) -> Call:
    """Return the call that fetches one entry."""
    properties = list[JsonValue](fields)
    params: dict[str, JsonValue] = {ID_NAMES[kind]: entry_id, "properties": properties}
    return Call(f"VideoLibrary.Get{_DETAILS[kind][0]}", params)


def change_call(kind: MediaKind, entry_id: int, changes: JsonObject) -> Call:
    """Return the call that changes one entry."""
    params: dict[str, JsonValue] = {ID_NAMES[kind]: entry_id, **changes}
    return Call(f"VideoLibrary.Set{_DETAILS[kind][0]}", params)


def details_of(kind: MediaKind, call: Call, reply: Reply) -> JsonValue:
    """Return the entry that a call was answered with."""
    return result_of(call, reply).get(_DETAILS[kind][1])


def parse_page(listing: Listing, call: Call, reply: Reply) -> Page:
    """Return a part of a list; some releases leave out the rows if there are none."""
    result = result_of(call, reply)
    name = _NAMES[listing.kind][1]
    limits = result.get("limits")
    total = limits.get("total") if isinstance(limits, dict) else None
    if not isinstance(total, int) or not 0 <= total <= MOST_ROWS:
        raise ProtocolError(f"Kodi's answer to {call.method} lacks limits.total")
    rows = result.get(name, [] if total == 0 else None)
    if not isinstance(rows, list):
        raise ProtocolError(f"Kodi's answer to {call.method} lacks {name}")
    return Page(rows, total)


async def read_lists(
    rpc: RpcClient, listings: Sequence[Listing], size: int, extras: Sequence[Call] = ()
) -> tuple[list[list[JsonValue]], list[Reply]]:
    """Return the rows of some lists, and the replies to some other calls.

    The first pages and the other calls go in one request, which mostly is all. Where
    a list does not come out as long as it is said to be, something has moved while it
    was read: another attempt is made, then it is refused.
    """
    for _ in range(_ATTEMPTS):
        calls = [listing.call(0, size) for listing in listings]
        replies = await rpc.ask([*calls, *extras])
        first = [
            parse_page(*each)
            for each in zip(listings, calls, replies[: len(calls)], strict=True)
        ]
        pages = [[page] for page in first]
        rest = [
            (number, listing.call(start, start + size))
            for number, listing in enumerate(listings)
            # A server that ignores the limit has told everything already.
            if len(first[number].rows) <= size
            for start in range(size, first[number].total, size)
        ]
        for some in batched(rest, _PAGES_AT_ONCE, strict=False):
            more = await rpc.ask([call for _, call in some])
            for (number, call), reply in zip(some, more, strict=True):
                pages[number].append(parse_page(listings[number], call, reply))
            # What else runs gets its turn.
            await asyncio.sleep(0)
        rows = [
            _whole(listing, part) for listing, part in zip(listings, pages, strict=True)
        ]
        found = [each for each in rows if each is not None]
        if len(found) == len(rows):
            return found, replies[len(calls) :]
    raise ProtocolError("Kodi's lists are not as long as it says")


def _whole(listing: Listing, pages: Sequence[Page]) -> list[JsonValue] | None:
    """Return the rows of all pages, None where these do not make up a whole list."""
    name = ID_NAMES[listing.kind]
    rows: dict[JsonValue | int, JsonValue] = {}
    for page in pages:
        for row in page.rows:
            key = row.get(name) if isinstance(row, dict) else None
            if not isinstance(key, int):
                raise ProtocolError(f"An entry of Kodi's library lacks {name}")
            rows[key] = row
    totals = {page.total for page in pages}
    return list(rows.values()) if totals == {len(rows)} else None


def _more_than_none(field: str) -> JsonValue:
    """Return the rule for entries of which a number is not 0."""
    return {"field": field, "operator": "greaterthan", "value": "0"}
